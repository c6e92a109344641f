import { describe, expect, it } from "vitest";
import { PASSWORD, protect, register } from "../../account";
import { elapse } from "../../service";
import { setAccounts } from "../../security/account-support";
import { faultsIn, onlyAt, onlyAtTop } from "../../form-faults";
import { textOf, visitor } from "../../visitor";
import { words } from "../../words";

let people = 0;
const newEmail = () => `form${people++}@example.com`;

describe("what is wrong with a form", () => {
  const asked = { email: "ada", username: "x@y", newPassword: PASSWORD };
  const { email, username } = words.fields;

  it("is said once if it is one thing: at its field, which has the focus", async () => {
    const browser = visitor();
    await browser.get("/account/register");
    const { html, title } = await browser.submit({ ...asked, email: newEmail() });
    expect(await faultsIn(html)).toEqual(onlyAt("username", username));
    expect(textOf(html).split(username)).toHaveLength(2);
    expect(title).toBe(`${words.error}: ${words.register.title} · Stepgate`);
  });

  it("is listed at the top if it is several things, with links to the fields", async () => {
    const browser = visitor();
    await browser.get("/account/register");
    const { html } = await browser.submit(asked);
    expect(await faultsIn(html)).toEqual({
      fields: { email, username },
      summary: `${words.faults} ${email} ${username}`,
      links: ["email", "username"],
      focus: ["summary"],
    });
  });

  it("is nothing yet on a page that was not sent, which is read from its beginning", async () => {
    const { html } = await visitor().get("/account/register");
    expect(await faultsIn(html)).toEqual({
      fields: {},
      summary: null,
      links: [],
      focus: [],
    });
  });
});

describe("a form that is shown again", () => {
  it("says what is wrong with a registration, and keeps what was typed", async () => {
    const browser = visitor();
    await browser.get("/account/register");
    const email = newEmail();
    const again = await browser.submit({ email, username: "x@y", newPassword: "short" });
    expect(await faultsIn(again.html)).toEqual(onlyAt("username", words.fields.username));
    expect(again.html).toContain(`value="${email}"`);
    const short = await browser.submit({ email, username: "", newPassword: "short" });
    const tooShort = words.weakPassword.too_short({ length: 15 });
    expect(await faultsIn(short.html)).toEqual(onlyAt("newPassword", tooShort));
    expect(short.html).not.toContain('value="short"');
    await setAccounts({ registration: "closed" });
    expect((await browser.get("/account/register")).status).toBe(403);
    await setAccounts({ registration: "open" });
  });

  it("keeps the name that was typed beside a wrong password, and not the password", async () => {
    const { email } = await register(newEmail());
    const browser = visitor();
    await browser.submit({}, "/account/logout");
    const { html } = await browser.submit({ login: email, password: "wrong horse" });
    expect(textOf(html)).not.toContain(words.login.loggedOut);
    expect(await faultsIn(html)).toEqual(onlyAtTop(words.problems.invalid_credentials));
    expect(html).toContain(`value="${email}"`);
    expect(html).not.toContain("wrong horse");
  });

  it("blames the password alone where no name is asked for", async () => {
    const { email, password } = await register(newEmail());
    const browser = visitor();
    await browser.submit({ login: email, password }, "/account/login");
    elapse(301);
    await browser.get("/account/prove");
    const proof = await browser.submit({ password: "wrong horse" });
    expect(await faultsIn(proof.html)).toEqual(onlyAt("password", words.wrongPassword));
    expect(proof.html).not.toContain("wrong horse");
  });

  it("says of a wrong backup code what helps, which is not to wait", async () => {
    const person = await protect(await register(newEmail()));
    const browser = visitor();
    await browser.get("/account/login");
    const { at } = await browser.submit({ login: person.email, password: person.password });
    const path = `${at}&with=backup_code`;
    const wrong = "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA";
    const refused = await browser.submit({ code: wrong }, path);
    expect(await faultsIn(refused.html)).toEqual(onlyAt("code", words.wrongBackupCode));
    expect(textOf(refused.html)).not.toMatch(/wait/i);
    expect(refused.html).not.toContain(wrong);
    const malformed = await browser.submit({ code: "AAAA" }, path);
    expect(await faultsIn(malformed.html)).toEqual(onlyAt("code", words.fields.backupCode));
  });
});
