import { describe, expect, it } from "vitest";
import { PASSWORD, protect, register } from "../../account";
import { faultsIn, onlyAt, onlyAtTop } from "../../form-faults";
import { addBindings } from "../../bindings";
import { codeFor, keepMail, otherThan, reader, receiveMail } from "../../mail/mailbox";
import { fieldsIn } from "../../console";
import { admin } from "../../service";
import { textOf, visitor, type View, type Visitor } from "../../visitor";
import { words } from "../../words";

const EMAIL = "ada@example.com";
const ANOTHER = "another horse battery staple";
const RESET = "/account/forgotten/code";

/** As far as the form for the code. */
async function forgetful(email = EMAIL): Promise<{ browser: Visitor; asked: View }> {
  const browser = visitor();
  await browser.get("/account/forgotten");
  return { browser, asked: await browser.submit({ email }) };
}

describe("somebody who has forgotten their password", () => {
  it("gets from the log-in to another one, and signs in with that", async () => {
    const mailbox = receiveMail();
    await reader(mailbox);
    const browser = visitor();
    const login = await browser.get("/account/login");
    expect(login.html).toContain(`<a href="/account/forgotten">${words.login.forgotten}</a>`);
    const asked = await browser.get("/account/forgotten");
    expect(textOf(asked.html)).toContain(words.forgotten.why);
    const sent = await browser.submit({ email: EMAIL });
    expect([sent.status, sent.at]).toEqual([200, "/account/forgotten"]);
    expect(textOf(sent.html)).toContain(words.forgotten.sent({ email: EMAIL }));
    expect(await fieldsIn(sent.html)).toEqual({ email: EMAIL, mailedCode: "", newPassword: "" });
    const code = codeFor(mailbox, EMAIL);
    const typed = { email: EMAIL, mailedCode: code, newPassword: ANOTHER };
    const done = await browser.submit(typed, RESET);
    expect(done.at).toBe("/account/login?done=reset");
    expect(textOf(done.html)).toContain(words.login.reset);
    const old = await browser.submit({ login: EMAIL, password: PASSWORD }, "/account/login");
    expect(await faultsIn(old.html)).toEqual(onlyAtTop(words.problems.invalid_credentials));
    const signedIn = await browser.submit({ login: EMAIL, password: ANOTHER }, "/account/login");
    expect(signedIn.at).toBe("/account");
  });

  it("is asked for their second factor afterwards", async () => {
    const mailbox = receiveMail();
    const { tokens, ...person } = await reader(mailbox);
    await protect(person, tokens);
    const { browser } = await forgetful();
    const mailedCode = codeFor(mailbox, EMAIL);
    await browser.submit({ email: EMAIL, mailedCode, newPassword: ANOTHER }, RESET);
    const next = await browser.submit({ login: EMAIL, password: ANOTHER }, "/account/login");
    expect(next.at).toMatch(/^\/account\/code/);
  });

  it("is told of a wrong code and a weak password at the field, and types neither address nor code anew", async () => {
    const mailbox = receiveMail();
    await reader(mailbox);
    const { browser } = await forgetful();
    const mailedCode = codeFor(mailbox, EMAIL);
    const attempt = (fields: object) =>
      browser.submit({ email: EMAIL, mailedCode, newPassword: ANOTHER, ...fields }, RESET);
    const wrong = await attempt({ mailedCode: otherThan(mailedCode) });
    expect(wrong.status).toBe(401);
    expect(await faultsIn(wrong.html)).toEqual(
      onlyAt("mailedCode", words.problems.invalid_mailed_code),
    );
    const weak = await attempt({ newPassword: "short" });
    expect(await faultsIn(weak.html)).toEqual(
      onlyAt("newPassword", words.weakPassword.too_short({ length: 15 })),
    );
    const both = await attempt({ mailedCode: "1234", newPassword: "" });
    expect(await faultsIn(both.html)).toMatchObject({
      fields: { mailedCode: words.fields.mailedCode, newPassword: words.fields.newPassword },
    });
    for (const { html } of [wrong, weak, both]) {
      expect(await fieldsIn(html)).toEqual({ email: EMAIL, mailedCode: "", newPassword: "" });
    }
    expect((await attempt({ mailedCode: ` ${mailedCode.replace(/^..../, "$& ")}` })).at).toBe(
      "/account/login?done=reset",
    );
  });

  it("is asked for an address again if theirs is none", async () => {
    keepMail();
    const { asked } = await forgetful("ada");
    expect(asked.status).toBe(422);
    expect(await faultsIn(asked.html)).toEqual(onlyAt("email", words.fields.email));
    const lost = await visitor().submit({ mailedCode: "12345678", newPassword: ANOTHER }, RESET);
    expect(await faultsIn(lost.html)).toMatchObject({ fields: { email: words.fields.email } });
    expect(lost.html).toContain('action="/account/forgotten"');
    expect((await visitor().get(`${RESET}?lang=de`)).at).toBe("/account/forgotten");
  });

  it("has to wait after five codes, with or without an account", async () => {
    receiveMail();
    await register(EMAIL);
    for (const email of [EMAIL, "nobody@example.com"]) {
      for (let codes = 0; codes < 5; codes++) await forgetful(email);
      const { asked } = await forgetful(email);
      expect([asked.status, asked.response.headers.get("retry-after")]).toEqual([429, "3600"]);
      const message = words.tooManyCodes({ time: "1:00:00" });
      expect(await faultsIn(asked.html)).toEqual(onlyAtTop(message));
    }
  });
});

it("a forgotten password is answered the same whoever has the address, and whoever has none", async () => {
  const mailbox = receiveMail();
  const people = { proven: "proven@example.com", disabled: "disable@example.com" };
  await reader(mailbox, people.proven);
  const { id } = await reader(mailbox, people.disabled);
  const body = { disabled: true, reason: "x" };
  expect((await admin("PATCH", `/users/${id}`, { body })).status).toBe(200);
  await register("unproven@example.com");
  const answersFor = async (email: string) => {
    const { browser, asked } = await forgetful(email);
    const typed = { email, mailedCode: "12345678", newPassword: ANOTHER };
    const wrong = await browser.submit(typed, RESET);
    const weak = await browser.submit({ ...typed, newPassword: "short" }, RESET);
    return [asked, wrong, weak].map(({ status, html, at, response }) => ({
      status,
      at,
      headers: [...response.headers].filter(([name]) => name !== "x-request-id"),
      html: html.replaceAll(email, "ADDRESS"),
    }));
  };
  const unknown = await answersFor("unknown@example.com");
  expect(unknown.map(({ status }) => status)).toEqual([200, 401, 422]);
  expect(unknown[0]?.html).toContain("ADDRESS");
  for (const email of [...Object.values(people), "unproven@example.com"]) {
    expect(await answersFor(email)).toEqual(unknown);
  }
});

it("where no mail is sent, nobody is offered another password, and the pages for it say why", async () => {
  addBindings({ MAIL: "off" });
  const browser = visitor();
  expect((await browser.get("/account/login")).html).not.toContain("/account/forgotten");
  const views = [
    await browser.get("/account/forgotten"),
    await browser.submit({ email: EMAIL }, "/account/forgotten"),
    await browser.get(RESET),
    await browser.submit({ email: EMAIL, mailedCode: "12345678", newPassword: ANOTHER }, RESET),
  ];
  for (const { status, html } of views) {
    expect(status).toBe(403);
    expect(textOf(html)).toContain(words.problems.mail_off);
    expect(html).not.toContain("<form");
  }
});
