import { describe, expect, it } from "vitest";
import { PASSWORD, protect, register, type Protected } from "../../account";
import { codeOf, elapse, phoneWith, wrongCodeOf } from "../../service";
import { setAccounts } from "../../security/account-support";
import { faultsIn, onlyAt } from "../../form-faults";
import { keyOf, textOf, visitor, type View, type Visitor } from "../../visitor";
import { inOrder, words } from "../../words";

let people = 0;
const newEmail = () => `page${people++}@example.com`;

/** Somebody logged in who has no second factor. */
async function newcomer(): Promise<Visitor & { email: string }> {
  const email = newEmail();
  const browser = visitor();
  await browser.get("/account/register");
  await browser.submit({ email, username: "", newPassword: PASSWORD });
  return { ...browser, email };
}

/** Both steps. */
async function logIn(person: Protected, browser = visitor()): Promise<Visitor> {
  await browser.get("/account/login");
  await browser.submit({ login: person.email, password: person.password });
  await browser.submit({ code: codeOf(person.phone) });
  elapse(30);
  return browser;
}

const TEN_LEFT = words.account.codesLeft({ count: 10 });
const codesOf = ({ html }: View) => html.match(/[A-Z2-7]{4}(-[A-Z2-7]{4}){5}/g) ?? [];

describe("the pages of an account", () => {
  it("lead from nothing to a second factor, out, in with the code, and back to none", async () => {
    const browser = await newcomer();
    const { email } = browser;
    const start = textOf((await browser.get("/")).html);
    expect(start).toMatch(inOrder(email, words.account.logOut, words.account.isOff));

    await browser.get("/account/new-authenticator");
    const setUp = await browser.submit({ name: "My phone" });
    expect(setUp.at).toMatch(/^\/account\/authenticators\/auth_[a-z2-7]{16}$/);
    const text = textOf(setUp.html);
    const key = keyOf(setUp);
    expect(text).toContain(key.match(/.{4}/g)?.join(" "));
    expect(text).toContain(`${words.setUp.accountName} ${email}`);
    const phone = phoneWith(key);
    const saving = await browser.submit({ code: codeOf(phone) });
    expect(new Set(codesOf(saving)).size).toBe(10);

    const home = await browser.submit({ saved: "yes" }, "/account/backup-codes/saved");
    const t = words.account;
    expect(textOf(home.html)).toMatch(
      inOrder(t.done.saved, t.authenticators, t.isOn, "My phone", t.backupCodes, TEN_LEFT),
    );
    elapse(30);

    expect((await browser.submit({}, "/account/logout")).at).toContain("/account/login");
    expect(browser.cookies.has("__Host-stepgate")).toBe(false);
    await browser.submit({ login: email, password: PASSWORD });
    expect((await browser.submit({ code: codeOf(phone) })).at).toBe("/account");
    await browser.get("/account/second-factor/off");
    const off = textOf((await browser.submit({})).html);
    expect(off).toMatch(inOrder(t.done.off, `${t.authenticators} ${t.isOff}`));
  });

  it("show the same QR code again after a wrong code, and say by how much a clock is off", async () => {
    const browser = await newcomer();
    await browser.get("/account/new-authenticator");
    const first = await browser.submit({ name: "" });
    const phone = phoneWith(keyOf(first));
    const wrong = await browser.submit({ code: wrongCodeOf(phone) });
    expect([wrong.status, keyOf(wrong)]).toEqual([422, keyOf(first)]);
    expect(await faultsIn(wrong.html)).toEqual(onlyAt("code", words.problems.invalid_code));
    const skewed = await browser.submit({ code: codeOf(phone, 5) });
    const skew = words.clockSkew({ amount: 150, direction: "ahead" });
    expect(await faultsIn(skewed.html)).toEqual(onlyAt("code", skew));
    const short = await browser.submit({ code: "12" });
    expect(await faultsIn(short.html)).toEqual(onlyAt("code", words.fields.code));
    expect(textOf(short.html)).not.toMatch(/backup code/i);
  });

  it("lead home when a finished set-up is reloaded, or gone back to", async () => {
    const browser = await newcomer();
    await browser.get("/account/new-authenticator");
    const setUp = await browser.submit({ name: "" });
    const code = { code: codeOf(phoneWith(keyOf(setUp))) };
    await browser.submit(code);
    for (const view of [await browser.submit(code, setUp.at), await browser.get(setUp.at)]) {
      expect([view.status, view.at.split("?")[0]]).toEqual([200, "/account"]);
      expect(textOf(view.html)).toContain(TEN_LEFT);
    }
  });

  it("make new backup codes, and warn when three are left", async () => {
    const person = await protect(await register(newEmail()));
    const browser = await logIn(person);
    await browser.get("/account/backup-codes");
    const codes = codesOf(await browser.submit({}));
    expect(new Set(codes).size).toBe(10);
    for (const code of codes.slice(0, 7)) {
      await browser.submit({}, "/account/logout");
      await browser.submit({ login: person.email, password: person.password });
      await browser.submit({ code });
    }
    const home = textOf((await browser.get("/account")).html);
    expect(home).toContain(words.account.fewCodes({ count: 3 }));
  });

  it("make no newer codes when the answer is reloaded", async () => {
    const person = await protect(await register(newEmail()));
    const browser = await logIn(person);
    const { html } = await browser.get("/account/backup-codes");
    const once = /name="once" value="([^"]+)"/.exec(html)?.[1] ?? "";
    const codes = codesOf(await browser.submit({ once }));
    const again = await browser.submit({ once });
    expect([again.status, codesOf(again)]).toEqual([409, []]);
    expect(textOf(again.html)).toContain(words.problems.already_created);
    await browser.submit({}, "/account/logout");
    await browser.submit({ login: person.email, password: person.password });
    expect((await browser.submit({ code: codes[0] ?? "" })).at).toBe("/account");
  });

  it("end the session that the browser had before, when somebody logs in over it", async () => {
    const person = await protect(await register(newEmail()));
    const browser = await logIn(person);
    const before = { cookie: [...browser.cookies].map((pair) => pair.join("=")).join("; ") };
    await logIn(person, browser);
    expect((await browser.get("/account")).at).toBe("/account");
    expect((await visitor().get("/account", before)).at).toContain("/account/login");
  });

  it("add and remove authenticators one by one", async () => {
    const person = await protect(await register(newEmail()));
    const browser = await logIn(person);
    await browser.get("/account/new-authenticator");
    const second = await browser.submit({ name: "Tablet" });
    await browser.submit({ code: codeOf(phoneWith(keyOf(second))) });
    const asked = await browser.get(`${second.at}/remove`);
    expect(asked.title).toContain(words.remove.title({ name: "Tablet" }));
    expect(textOf(asked.html)).not.toContain(words.remove.last);
    expect(textOf((await browser.submit({})).html)).not.toContain("Tablet");
    const last = await browser.get(`/account/authenticators/${person.authenticatorId}/remove`);
    expect(textOf(last.html)).toContain(words.remove.last);
  });

  it("list sessions, and end one or all others", async () => {
    const person = await protect(await register(newEmail()));
    const agent =
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const other = await logIn(person, visitor({ "user-agent": agent }));
    const third = await logIn(person);
    const browser = await logIn(person);
    const { html } = await browser.get("/account");
    expect(textOf(html)).toContain("Firefox, Windows");
    const label = `${words.account.end}: Firefox, Windows`;
    const id = new RegExp(`value="(ses_[^"]+)" aria-label="${label}"`).exec(html)?.[1] ?? "";
    await browser.submit({ session: id });
    expect((await other.get("/account")).at).toContain("/account/login");
    expect((await third.get("/account")).at).toBe("/account");
    await browser.submit({ session: "others" }, "/account");
    expect((await third.get("/account")).at).toContain("/account/login");
    expect((await browser.get("/account")).at).toBe("/account");
  });

  it("change the password, and end all other sessions with it", async () => {
    const person = await protect(await register(newEmail()));
    const other = await logIn(person);
    const browser = await logIn(person);
    await browser.get("/account/password");
    const wrong = await browser.submit({ currentPassword: "no", newPassword: PASSWORD });
    expect(await faultsIn(wrong.html)).toEqual(onlyAt("currentPassword", words.wrongPassword));
    const newPassword = "another horse, another battery";
    await browser.submit({ currentPassword: PASSWORD, newPassword });
    expect((await other.get("/account")).at).toContain("/account/login");
    await browser.submit({}, "/account/logout");
    const { at } = await browser.submit({ login: person.email, password: newPassword });
    expect(at).toContain("/account/code");
  });

  it("ask for a code again after five minutes, and then lead on to where one was going", async () => {
    const person = await protect(await register(newEmail()));
    const browser = await logIn(person);
    elapse(301);
    const asked = await browser.get("/account/backup-codes");
    expect(asked.at).toBe("/account/prove?next=%2Faccount%2Fbackup-codes");
    expect((await browser.submit({ code: wrongCodeOf(person.phone) })).status).toBe(422);
    expect((await browser.submit({ code: codeOf(person.phone) })).at).toBe("/account/backup-codes");
    // Of one without a second factor the password.
    const plain = await newcomer();
    elapse(301);
    expect((await plain.get("/account/new-authenticator")).at).toContain("/account/prove");
    expect((await plain.submit({ password: "wrong" })).status).toBe(401);
    expect((await plain.submit({ password: PASSWORD })).at).toBe("/account/new-authenticator");
  });

  it("show authenticators and backup codes only behind a fresh code", async () => {
    const person = await protect(await register(newEmail()));
    const browser = await logIn(person);
    const t = words.account;
    const shown = inOrder(t.authenticators, t.added, `${t.backupCodes} ${TEN_LEFT}`);
    expect(textOf((await browser.get("/account")).html)).toMatch(shown);
    elapse(301);
    const { html } = await browser.get("/account");
    const hidden = [t.authenticators, t.added, t.backupCodes, TEN_LEFT];
    for (const one of hidden) expect(textOf(html)).not.toContain(one);
    expect(html).not.toContain(person.authenticatorId);
    await browser.get("/account/prove");
    const proven = await browser.submit({ code: codeOf(person.phone) });
    expect(textOf(proven.html)).toMatch(shown);
  });

  it("hold whoever has to enrol to that, where a second factor is required", async () => {
    const { email, password } = await register(newEmail());
    await setAccounts({ secondFactor: "required" });
    const browser = visitor();
    await browser.get("/account/login");
    const home = await browser.submit({ login: email, password });
    expect(textOf(home.html)).toContain(words.account.required);
    expect((await browser.get("/account/password")).at).toContain("/account/new-authenticator");
    await setAccounts({ secondFactor: "optional" });
  });

  it("offer to trust a device where the service allows it, and forget it again", async () => {
    await setAccounts({ trustedDevices: true });
    const person = await protect(await register(newEmail()));
    const browser = visitor();
    await browser.get("/account/login");
    const credentials = { login: person.email, password: person.password };
    expect((await browser.submit(credentials)).html).toContain('name="trust"');
    const wrong = await browser.submit({ code: wrongCodeOf(person.phone), trust: "yes" });
    expect(wrong.html).toMatch(/name="trust"[^>]* checked/);
    await browser.submit({ code: codeOf(person.phone), trust: "yes" });
    await browser.submit({}, "/account/logout");
    const { html, at } = await browser.submit(credentials);
    expect(at).toBe("/account");
    const device = /value="(dev_[^"]+)"/.exec(html)?.[1] ?? "";
    await browser.submit({ device });
    await browser.submit({}, "/account/logout");
    expect((await browser.submit(credentials)).at).toContain("/account/code");
    await setAccounts({ trustedDevices: false });
  });
});
