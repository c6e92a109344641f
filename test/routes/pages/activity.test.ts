import { beforeEach, describe, expect, it } from "vitest";
import { auth, PASSWORD, protect, register, tokensOf, type Protected } from "../../account";
import { faultsIn, onlyAt } from "../../form-faults";
import { halfLoggedIn, loggedIn } from "../../security/together-support";
import { codeOf, elapse, wrongCodeOf } from "../../service";
import { textOf, visitor, type Visitor } from "../../visitor";
import { inOrder, words } from "../../words";

const { activity: t, account } = words;
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
const NEW_PASSWORD = "another horse, another battery";
const PATH = "/account/activity";

let person: Protected;
let browser: Visitor;

beforeEach(async () => {
  person = await protect(await register("ada@example.com"));
  browser = await loggedIn(person);
});

const where = { known: "both", browser: "Firefox", system: "Windows" } as const;
const logInFrom = (headers: Record<string, string>, password = PASSWORD) =>
  auth("POST", "/login", { body: { email: person.email, password }, headers });
const codesIn = (html: string) => html.match(/[A-Z2-7]{4}(-[A-Z2-7]{4}){5}/g) ?? [];

describe("the page of a person's activity", () => {
  it("is linked from the page of their security, and tells in words what happened", async () => {
    const home = await browser.get("/account");
    expect(home.html).toContain(`href="${PATH}"`);
    const firefox = { "user-agent": FIREFOX, "cf-connecting-ip": "192.0.2.7" };
    await logInFrom(firefox, "wrong");
    const text = textOf((await browser.get(PATH)).html);
    const failed = t.events["sign_in.password"]({ ...where, outcome: "failure" });
    expect(text).toMatch(
      inOrder(
        failed,
        "192.0.2.7",
        t.events["sign_in.completed"]({ known: "other", browser: "", system: "" }),
        t.methods.backup_code,
        t.events["authenticator.confirmed"]({ outcome: "other", by: "user" }),
        t.events["account.created"]({ by: "user" }),
      ),
    );
  });

  it("warns of a wrong code after the right password, in the reader's language", async () => {
    const other = await halfLoggedIn(person);
    await other.submit({ code: wrongCodeOf(person.phone) }, "/account/code");
    const unknown = { known: "other", browser: "", system: "" } as const;
    const english = textOf((await browser.get(PATH)).html);
    expect(english).toContain(t.events["sign_in.code"](unknown));
    const german = await browser.get(`${PATH}?lang=de`);
    expect(textOf(german.html)).toContain("nach Ihrem Passwort einen falschen Code");
  });

  it.each([
    "Call\u00A0+1\u00A0555\u00A00100\u00A0to\u00A0save\u00A0your\u00A0account",
    "Windows.\u2003Call",
    "\u202Exoferif",
    "Call+1-555-0100-now-to-save-your-account-before-it-is-gone",
  ])("says nothing that a stranger wrote in the name of their browser: %s", async (name) => {
    const agent = Array.from(new TextEncoder().encode(name), (byte) => String.fromCharCode(byte));
    await logInFrom({ "user-agent": agent.join("") }, "wrong");
    const text = textOf((await browser.get(PATH)).html);
    expect(text).not.toMatch(/Call|xoferif/);
  });

  it("groups by day", async () => {
    elapse(2 * 86_400);
    browser = await loggedIn(person);
    const { html } = await browser.get(PATH);
    const days = [...html.matchAll(/<h2 id="day-\d">([^<]+)<\/h2>/g)].map(([, day]) => day);
    const format = new Intl.DateTimeFormat("en", {
      weekday: "long",
      year: "numeric",
      month: "long",
      day: "numeric",
      timeZone: "UTC",
    });
    expect(days).toEqual([Date.now(), Date.now() - 2 * 86_400_000].map((at) => format.format(at)));
  });

  it("shows earlier events by a link, and leads back to the newest", async () => {
    for (let at = 0; at < 35; at++) {
      elapse(120);
      await logInFrom({}, "wrong");
    }
    browser = await loggedIn(person);
    const first = await browser.get(PATH);
    const next = /href="(\?cursor=[\d.]+)"/.exec(first.html)?.[1] ?? "";
    const second = await browser.get(PATH + next);
    const created = t.events["account.created"]({ by: "user" });
    expect(textOf(first.html)).not.toContain(created);
    expect(textOf(second.html)).toMatch(inOrder(created, t.newest));
    expect(textOf(second.html)).not.toContain(t.earlier);
    expect(first.html.length).toBeLessThan(30 * 1024);
  });

  it("offers to say that it was somebody else where somebody had the password, and not elsewhere", async () => {
    const offers = async () =>
      [...(await browser.get(PATH)).html.matchAll(/aria-label="([^"]*)"/g)]
        .map(([, label = ""]) => textOf(label))
        .filter((label) => label.startsWith(t.notMe));
    const before = await offers();
    await logInFrom({ "user-agent": FIREFOX }, "wrong");
    expect(await offers()).toEqual(before);
    await logInFrom({ "user-agent": FIREFOX });
    const known = t.events["sign_in.password"]({ ...where, outcome: "other" });
    expect(await offers()).toEqual([`${t.notMe}: ${known}`, ...before]);
    expect(before.join()).not.toContain(t.events["account.created"]({ by: "user" }));
  });

  it("is for nobody who is not logged in", async () => {
    for (const path of [PATH, "/account/secure"]) {
      expect((await visitor().get(path)).at).toContain("/account/login");
    }
  });
});

describe("the page for who was not it", () => {
  const fields = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };

  it("asks for a code first, says what it does, and shows new backup codes once", async () => {
    const other = await loggedIn(person);
    elapse(301);
    const asked = await browser.get("/account/secure");
    expect(asked.at).toBe("/account/prove?next=%2Faccount%2Fsecure");
    const page = await browser.submit({ code: codeOf(person.phone) });
    expect(page.at).toBe("/account/secure");
    expect(textOf(page.html)).toContain(words.secure.why({ codes: "yes" }));
    const secured = await browser.submit(fields);
    expect(new Set(codesIn(secured.html)).size).toBe(10);
    const home = await browser.submit({ saved: "yes" }, "/account/secure/saved");
    expect(textOf(home.html)).toMatch(inOrder(account.done.secured, account.authenticators));
    expect((await other.get("/account")).at).toContain("/account/login");
    const text = textOf((await browser.get(PATH)).html);
    expect(text).toContain(t.events["account.secured"]);
  });

  it("leads home who has no second factor, and so no backup codes", async () => {
    const grace = await register("grace@example.com");
    const own = visitor();
    await own.submit({ login: grace.email, password: PASSWORD }, "/account/login");
    elapse(301);
    const page = await own.get("/account/secure");
    expect(textOf(page.html)).toContain(words.secure.why({ codes: "other" }));
    const home = await own.submit(fields);
    expect([home.at, codesIn(home.html)]).toEqual(["/account?done=secured", []]);
    await expect(tokensOf({ ...grace, password: NEW_PASSWORD })).resolves.toBeDefined();
  });

  it.each([
    [
      "a wrong password",
      { ...fields, currentPassword: "no" },
      "currentPassword",
      words.wrongPassword,
    ],
    [
      "the password of now",
      { ...fields, newPassword: PASSWORD },
      "newPassword",
      words.weakPassword.unchanged,
    ],
    [
      "a weak password",
      { ...fields, newPassword: "short" },
      "newPassword",
      words.weakPassword.too_short({ length: 15 }),
    ],
  ])("says at its field what is wrong with %s", async (_what, given, field, message) => {
    await browser.get("/account/secure");
    const refused = await browser.submit(given);
    expect(await faultsIn(refused.html)).toEqual(onlyAt(field, message));
    expect(refused.at).toBe("/account/secure");
  });

  it("does nothing anew when its answer is reloaded", async () => {
    await browser.get("/account/secure");
    const codes = codesIn((await browser.submit(fields)).html);
    const again = await browser.submit(fields);
    expect(codesIn(again.html)).toEqual([]);
    expect(await faultsIn(again.html)).toEqual(onlyAt("currentPassword", words.wrongPassword));
    await browser.submit({}, "/account/logout");
    await browser.submit({ login: person.email, password: NEW_PASSWORD });
    expect((await browser.submit({ code: codes[0] ?? "" })).at).toBe("/account");
  });
});
