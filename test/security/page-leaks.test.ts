import { describe, expect, it } from "vitest";
import { PASSWORD } from "../account";
import { admin, codeOf, createApp, elapse, enrolled, phoneWith, wrongCodeOf } from "../service";
import {
  challengeLink,
  enrolmentLink,
  pathOf,
  redeem,
  RETURN_URL,
  settings,
  tokenOf,
} from "../links";
import { codeFor, keepMail } from "../mail/mailbox";
import { visitor, type View } from "../visitor";
import { auditTrail, captureLog, leaked, leakedCodes, storage, type Hidden } from "./leak-search";
import { storedUser } from "./support";

const lines = captureLog();
const BACKUP_CODE = /[A-Z2-7]{4}(-[A-Z2-7]{4}){5}/g;

/** An account, mail, both kinds of links and a reset, on pages, with mistakes. */
async function pageRun() {
  const mailbox = keepMail();
  const secrets: Hidden[] = [];
  const codes: string[] = [];
  const views: View[] = [];
  const hide = (what: string, value: string) => secrets.push({ what, value });
  const used = (code: string) => {
    codes.push(code);
    return { code };
  };
  const seen = async (asked: Promise<View>) => {
    const view = await asked;
    views.push(view);
    for (const code of view.html.match(BACKUP_CODE) ?? []) hide("backup code", code);
    const key = /data-text="([A-Z2-7]{32})"/.exec(view.html)?.[1];
    if (key !== undefined) hide("secret", key);
    return { view, phone: phoneWith(key ?? "AAAA") };
  };

  const person = visitor();
  const email = "ada@example.com";
  hide("password", PASSWORD);
  await seen(person.get("/account/register"));
  await seen(person.submit({ email, username: "", newPassword: "short" }));
  await seen(person.submit({ email, username: "", newPassword: PASSWORD }));
  await seen(person.get("/account/new-authenticator"));
  const { phone } = await seen(person.submit({ name: "Phone" }));
  await seen(person.submit(used(wrongCodeOf(phone))));
  await seen(person.submit(used(codeOf(phone))));
  elapse(30);
  for (const value of person.cookies.values()) hide("session cookie", value);
  await seen(person.submit({}, "/account/logout"));
  await seen(person.submit({ login: email, password: `${PASSWORD}!` }));
  await seen(person.submit({ login: email, password: PASSWORD }));
  for (const value of person.cookies.values()) hide("log-in cookie", value);
  await seen(person.submit(used(wrongCodeOf(phone))));
  await seen(person.submit(used(codeOf(phone))));
  await seen(person.get("/account/backup-codes"));
  await seen(person.submit({}));
  hide("password", `${PASSWORD} once more`);
  await seen(person.get("/account/secure"));
  await seen(person.submit({ currentPassword: PASSWORD, newPassword: `${PASSWORD} once more` }));
  await seen(person.get("/account/activity"));
  await seen(person.submit({}, "/account/email/code"));
  hide("code by mail", codeFor(mailbox, email));
  await seen(person.submit({ mailedCode: codeFor(mailbox, email) }));
  await seen(person.get("/account/forgotten"));
  await seen(person.submit({ email }));
  const forgotten = { email, mailedCode: codeFor(mailbox, email), newPassword: "short" };
  hide("code by mail", forgotten.mailedCode);
  await seen(person.submit(forgotten, "/account/forgotten/code"));
  const newPassword = `${PASSWORD} at last`;
  hide("password", newPassword);
  await seen(person.submit({ ...forgotten, newPassword }, "/account/forgotten/code"));

  const app = await createApp({ settings });
  const link = await enrolmentLink(app, "bob", { returnUrl: RETURN_URL });
  hide("enrolment link", tokenOf(link));
  const bob = visitor();
  await seen(bob.get(pathOf(link)));
  const opened = await seen(bob.submit({}));
  for (const value of bob.cookies.values()) hide("link cookie", value);
  await seen(bob.submit(used(codeOf(opened.phone))));
  const user = await enrolled(app, "carl");
  const challenge = await challengeLink(app, "carl");
  hide("challenge link", tokenOf(challenge));
  const carl = visitor();
  await seen(carl.get(pathOf(challenge)));
  await seen(carl.submit(used(wrongCodeOf(user.phone))));
  const { view } = await seen(carl.submit(used(codeOf(user.phone))));
  const target = new URL(view.response.headers.get("location") ?? "");
  const code = target.searchParams.get("code") ?? "";
  hide("redemption code", code);
  hide("assertion", (await (await redeem(app, code)).json<{ assertion: string }>()).assertion);
  const { id } = await storedUser("bob");
  const body = { reason: "Lost phone" };
  const reset = await admin("POST", `/users/${id}/reset`, { body });
  const { rebindUrl } = await reset.json<{ rebindUrl: string }>();
  hide("rebinding link", tokenOf({ url: rebindUrl }));
  const rebound = visitor();
  await seen(rebound.get(new URL(rebindUrl).pathname));
  await seen(rebound.submit({}));
  return { secrets, codes, views };
}

describe("what pages and links show and take", () => {
  it("is in no log line, no row of the audit trail, and nowhere in D1 or KV in plain", async () => {
    const { secrets, codes } = await pageRun();
    expect(Map.groupBy(secrets, ({ what }) => what).size).toBe(12);
    expect(secrets.length).toBeGreaterThan(35);
    const log = lines().join("\n");
    const trail = await auditTrail();
    expect(leaked(secrets, log)).toEqual([]);
    expect(leakedCodes(codes, log)).toEqual([]);
    expect(log).not.toMatch(/ada@|"bob"|shop\.example/);
    expect(leaked(secrets, trail)).toEqual([]);
    expect(leakedCodes(codes, trail)).toEqual([]);
    expect(leaked(secrets, await storage())).toEqual([]);
  });

  it("is in no address but that of the link itself, and never cached", async () => {
    const { secrets, codes, views } = await pageRun();
    const ofLinks = new Set(["enrolment link", "challenge link", "rebinding link"]);
    const others = secrets.filter(({ what }) => !ofLinks.has(what));
    for (const { at, response } of views) {
      expect(leaked(others, at)).toEqual([]);
      expect(leakedCodes(codes, at)).toEqual([]);
      expect(at).not.toMatch(/ada(?:@|%40)/i);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    }
  });
});
