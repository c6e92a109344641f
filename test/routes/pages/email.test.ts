import { describe, expect, it } from "vitest";
import { register } from "../../account";
import { fieldsIn } from "../../console";
import { faultsIn, onlyAt, onlyAtTop } from "../../form-faults";
import { codeFor, keepMail, otherThan } from "../../mail/mailbox";
import { rows } from "../../security/support";
import { PASSWORD } from "../../account";
import { textOf, visitor, type Visitor } from "../../visitor";
import { inOrder, words } from "../../words";

const t = words.email;
const EMAIL = "ada@example.com";

/** Logged in, with a password that was just given. */
async function signedIn(email = EMAIL): Promise<Visitor> {
  await register(email);
  const browser = visitor();
  await browser.get("/account/login");
  await browser.submit({ login: email, password: PASSWORD });
  return browser;
}

describe("the e-mail address of an account", () => {
  it("is confirmed by a code that is sent to it, and the account says so", async () => {
    const mailbox = keepMail();
    const browser = await signedIn();
    const before = await browser.get("/account");
    expect(textOf(before.html)).toMatch(inOrder(t.title, EMAIL, t.unconfirmed, t.confirm, t.why));
    const sent = await browser.submit({}, "/account/email/code");
    expect(sent.at).toBe("/account/email");
    expect(textOf(sent.html)).toContain(t.enter({ email: EMAIL }));
    const done = await browser.submit({ mailedCode: codeFor(mailbox, EMAIL) });
    expect(done.at).toBe("/account?done=email");
    const text = textOf(done.html);
    expect(text).toContain(words.account.done.email);
    expect(text).toMatch(inOrder(t.title, EMAIL, t.confirmed, t.used));
    expect(done.html).not.toContain("/account/email/code");
    expect((await browser.get("/account/email")).at).toBe("/account");
  });

  it("is not confirmed by a wrong code, which is said at the field, nor by one that another has replaced", async () => {
    const mailbox = keepMail();
    const browser = await signedIn();
    await browser.submit({}, "/account/email/code");
    const first = codeFor(mailbox, EMAIL);
    const wrong = await browser.submit({ mailedCode: otherThan(first) });
    expect(wrong.status).toBe(401);
    expect(await faultsIn(wrong.html)).toEqual(
      onlyAt("mailedCode", words.problems.invalid_mailed_code),
    );
    expect(await fieldsIn(wrong.html)).toEqual({ mailedCode: "" });
    const short = await browser.submit({ mailedCode: "123" });
    expect(await faultsIn(short.html)).toEqual(onlyAt("mailedCode", words.fields.mailedCode));
    await browser.submit({}, "/account/email/code");
    expect((await browser.submit({ mailedCode: first })).status).toBe(401);
    const second = codeFor(mailbox, EMAIL);
    expect((await browser.submit({ mailedCode: second })).at).toBe("/account?done=email");
  });

  it("gets five codes an hour, and then the page says how long to wait", async () => {
    keepMail();
    const browser = await signedIn();
    for (let codes = 0; codes < 5; codes++) await browser.submit({}, "/account/email/code");
    const refused = await browser.submit({}, "/account/email/code");
    expect(refused.status).toBe(429);
    const message = words.tooManyCodes({ time: "1:00:00" });
    expect(await faultsIn(refused.html)).toEqual(onlyAtTop(message));
  });

  it("is not confirmed any more once it is another one", async () => {
    const mailbox = keepMail();
    const browser = await signedIn();
    await browser.submit({}, "/account/email/code");
    await browser.submit({ mailedCode: codeFor(mailbox, EMAIL) });
    const form = await fieldsIn((await browser.get("/account/profile")).html);
    const changed = await browser.submit({ ...form, email: "lovelace@example.com" });
    expect(textOf(changed.html)).toMatch(inOrder(t.title, "lovelace@example.com", t.unconfirmed));
  });

  it("asks people to sign in first, and leads them back to the form", async () => {
    keepMail();
    const browser = await signedIn();
    browser.cookies.clear();
    for (const path of ["/account/email", "/account/email/code"]) {
      const asked = await browser.submit({}, path);
      expect(asked.at).toBe(`/account/login?next=${encodeURIComponent(path)}`);
      const back = await browser.submit({ login: EMAIL, password: PASSWORD });
      expect(back.at).toBe("/account/email");
      browser.cookies.clear();
    }
  });

  it("is nothing to confirm where no mail is sent", async () => {
    const browser = await signedIn();
    expect((await browser.get("/account")).html).not.toContain("/account/email");
    for (const view of [
      await browser.get("/account/email"),
      await browser.submit({ mailedCode: "12345678" }, "/account/email"),
      await browser.submit({}, "/account/email/code"),
    ]) {
      expect(view.status).toBe(403);
      expect(textOf(view.html)).toContain(words.problems.mail_off);
    }
  });
});

const languageOf = async (email: string) =>
  (await rows("SELECT language FROM accounts WHERE email = ?", email))[0]?.["language"];

describe("the language of mail", () => {
  it("is that of the page on which somebody registers", async () => {
    keepMail();
    for (const [accepted, language] of [
      ["de-AT,en;q=0.5", "de"],
      ["tlh", "en"],
    ]) {
      const browser = visitor({ "accept-language": accepted ?? "" });
      await browser.get("/account/register");
      const email = `${language}@example.com`;
      await browser.submit({ email, username: "", newPassword: PASSWORD });
      expect(await languageOf(email)).toBe(language);
    }
  });

  it("can be chosen, and stays what it is if nobody chooses", async () => {
    const mailbox = keepMail();
    const browser = await signedIn();
    const asShown = async () => fieldsIn((await browser.get("/account/profile")).html);
    expect(await asShown()).toMatchObject({ language: "en" });
    await browser.submit(await asShown());
    expect(await languageOf(EMAIL)).toBeNull();
    const saved = await browser.submit({ ...(await asShown()), language: "fr" });
    expect(saved.at).toBe("/account?done=profile");
    expect(await asShown()).toMatchObject({ language: "fr" });
    await browser.submit({}, "/account/email/code");
    expect(mailbox.letters.at(-1)?.html).toContain('<html lang="fr"');
    const odd = await browser.submit({ ...(await asShown()), language: "tlh" });
    expect(await faultsIn(odd.html)).toEqual(onlyAt("language", words.fields.language));
  });

  it("is no matter where no mail is sent", async () => {
    const browser = await signedIn();
    expect((await browser.get("/account/profile")).html).not.toContain('name="language"');
  });
});
