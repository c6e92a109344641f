import { beforeEach, describe, expect, it } from "vitest";
import { PASSWORD, protect, register, type Protected } from "../../account";
import { codeOf, elapse } from "../../service";
import { rows } from "../../security/support";
import { faultsIn, onlyAt } from "../../form-faults";
import { textOf, visitor, type Visitor } from "../../visitor";
import { inOrder, words } from "../../words";

let people = 0;
const newEmail = () => `profile${people++}@example.com`;

let person: Protected;
let browser: Visitor;

/** Logged in with a code that was just given. */
beforeEach(async () => {
  person = await protect(await register(newEmail()));
  browser = visitor();
  await browser.get("/account/login");
  await browser.submit({ login: person.email, password: person.password });
  await browser.submit({ code: codeOf(person.phone) });
  elapse(30);
});

const accountOf = (email: string) =>
  rows("SELECT email, username, name FROM accounts WHERE email = ?", email);

describe("the page of one's own account", () => {
  it("shows what is there, and changes what one is called and logs in with", async () => {
    const home = await browser.get("/account");
    expect(textOf(home.html)).toContain(`${words.account.profile} ${person.email}`);
    const email = newEmail();
    const shown = await browser.get("/account/profile");
    expect(shown.html).toMatch(new RegExp(`name="email"[^>]*value="${person.email}"`));
    const username = email.split("@")[0] ?? "";
    const saved = await browser.submit({ email, username, personName: "Ada L." });
    expect(saved.at).toBe("/account?done=profile");
    expect(textOf(saved.html)).toMatch(
      inOrder(
        `Ada L. ${words.account.logOut}`,
        words.account.done.profile,
        `${words.account.profile} Ada L. · ${email} · ${username}`,
      ),
    );
    expect(await accountOf(email)).toEqual([{ email, username, name: "Ada L." }]);

    await browser.get("/account/profile");
    await browser.submit({ email, username: "", personName: "" });
    expect(await accountOf(email)).toEqual([{ email, username: null, name: null }]);
  });

  it("says what does not fit, and keeps what was typed", async () => {
    const taken = (await register(newEmail())).email;
    await browser.get("/account/profile");
    const refused = await browser.submit({ email: taken, username: "", personName: "Ada" });
    expect(refused.status).toBe(409);
    expect(await faultsIn(refused.html)).toEqual(onlyAt("email", words.problems.email_taken));
    expect(refused.html).toMatch(/name="personName"[^>]*value="Ada"/);
    const odd = await browser.submit({
      email: "ada",
      username: "a@b",
      personName: "x".repeat(101),
    });
    expect(odd.status).toBe(422);
    const { email, username, personName } = words.fields;
    const messages = { email, username, personName };
    expect(await faultsIn(odd.html)).toEqual({
      fields: messages,
      summary: [words.faults, ...Object.values(messages)].join(" "),
      links: ["email", "username", "personName"],
      focus: ["summary"],
    });
    expect(await accountOf(person.email)).toHaveLength(1);
  });

  it("asks for a code first, when the last one is five minutes old", async () => {
    elapse(301);
    for (const path of ["/account/profile", "/account/delete"]) {
      expect((await browser.get(path)).at).toBe(`/account/prove?next=${encodeURIComponent(path)}`);
      const sent = await browser.submit({ email: newEmail(), username: "", personName: "" }, path);
      expect(sent.at).toContain("/account/prove");
    }
    expect(await accountOf(person.email)).toHaveLength(1);
    expect((await browser.get("/account/prove?next=/account/delete")).status).toBe(200);
    expect((await browser.submit({ code: codeOf(person.phone) })).at).toBe("/account/delete");
  });

  it("deletes the account with all that is in it, and says so", async () => {
    const asked = await browser.get("/account/delete");
    expect(textOf(asked.html)).toContain(person.email);
    const gone = await browser.submit({});
    expect(textOf(gone.html)).toContain(words.profile.deleted.title);
    expect(browser.cookies.has("__Host-stepgate")).toBe(false);
    expect(await accountOf(person.email)).toEqual([]);
    expect((await browser.get("/account")).at).toContain("/account/login");
    const again = await browser.submit({ login: person.email, password: PASSWORD });
    expect(textOf(again.html)).toContain(words.problems.invalid_credentials);
  });
});
