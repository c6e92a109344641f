import { beforeEach, describe, expect, it } from "vitest";
import { PASSWORD } from "../../account";
import { fieldsIn } from "../../console";
import { admin, codeOf, createApp, phoneWith } from "../../service";
import { enrolmentLink, pathOf, settings } from "../../links";
import { rows } from "../../security/support";
import { keyOf, textOf, visitor, type View, type Visitor } from "../../visitor";
import { words } from "../../words";

let people = 0;
let browser: Visitor;
let email: string;

/** Somebody logged in who has no second factor. */
beforeEach(async () => {
  email = `stale${people++}@example.com`;
  browser = visitor();
  await browser.get("/account/register");
  await browser.submit({ email, username: "", newPassword: PASSWORD });
});

/** What the form of this page would send, filled in like that. */
const filled = async ({ html }: View, fields: Record<string, string>) => ({
  ...(await fieldsIn(html)),
  ...fields,
});

const failures = () => rows("SELECT type FROM audit_events WHERE outcome = 'failure'");

describe("a page that was open in another tab", () => {
  it("changes only those details that were changed in it", async () => {
    const old = await browser.get("/account/profile");
    const changed = `new-${email}`;
    await browser.submit(await filled(old, { email: changed }));
    await browser.submit(await filled(old, { personName: "Ada" }), "/account/profile");
    const [account] = await rows(
      "SELECT email, name FROM accounts WHERE email LIKE ?",
      `%${email}`,
    );
    expect(account).toEqual({ email: changed, name: "Ada" });
  });

  it("says that its set-up was begun anew, and charges nothing", async () => {
    await browser.get("/account/new-authenticator");
    const old = await browser.submit({ name: "" });
    await browser.get("/account/new-authenticator");
    await browser.submit({ name: "" });
    const code = codeOf(phoneWith(keyOf(old)));
    const refused = await browser.submit(await filled(old, { code }), old.at);
    expect(refused.status).toBe(409);
    expect(textOf(refused.html)).toContain(words.problems.enrolment_closed);
    expect(await failures()).toEqual([]);
  });

  it("says so too when it was of another link, and shows the newest QR code", async () => {
    const app = await createApp({ settings });
    const begin = async (userId: string) => {
      await browser.get(pathOf(await enrolmentLink(app, userId)));
      return browser.submit({});
    };
    const [old, newest] = [await begin("ada"), await begin("grace")];
    const code = codeOf(phoneWith(keyOf(old)));
    const refused = await browser.submit(await filled(old, { code }), "/enrol");
    expect([refused.status, keyOf(refused)]).toEqual([409, keyOf(newest)]);
    expect(textOf(refused.html)).toContain(words.problems.enrolment_closed);
    expect(await failures()).toEqual([]);
    const mended = await filled(refused, { code: codeOf(phoneWith(keyOf(refused))) });
    expect((await browser.submit(mended, "/enrol")).html).toContain('id="codes"');
  });

  it("says that backup codes were shown once, when it showed them and is reloaded", async () => {
    await browser.get("/account/new-authenticator");
    const setUp = await browser.submit({ name: "" });
    const code = { code: codeOf(phoneWith(keyOf(setUp))) };
    await browser.submit(code);
    const reloaded = await browser.submit(code, setUp.at);
    expect(textOf(reloaded.html)).toContain(words.account.done.again);
  });
});

describe("a name", () => {
  it("has no blanks around it, and is not made of them", async () => {
    const app = { name: " Shop ", issuer: " My shop " };
    const made = await admin("POST", "/apps", { body: app });
    expect(await made.json()).toMatchObject({ name: "Shop", issuer: "My shop" });
    for (const body of [{ name: "  " }, { name: "Shop", issuer: " " }]) {
      expect((await admin("POST", "/apps", { body })).status).toBe(422);
    }
    const profile = await browser.get("/account/profile");
    await browser.submit(await filled(profile, { personName: "   " }));
    expect(await rows("SELECT name FROM accounts WHERE email = ?", email)).toEqual([
      { name: null },
    ]);
  });
});
