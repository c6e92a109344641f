import { beforeEach, describe, expect, it } from "vitest";
import { DATABASES, everywhere } from "../../databases";
import { destination, newApp, signedIn, type Operator } from "../../console";
import {
  codeOf,
  elapse,
  enrolled,
  phoneWith,
  useKey,
  wrongCodeOf,
  type EnrolledUser,
  type TestApp,
} from "../../service";
import { rows, storedUser } from "../../security/support";
import { keyOf, visitor } from "../../visitor";
import { words } from "../../words";

let operator: Operator;
beforeEach(async () => {
  operator = await signedIn();
});

/** A key made in the console, and the page that showed it. */
async function makeKey(appId: string, fields: Record<string, string | string[]> = {}) {
  const scopes = ["verify", "enrol", "users"];
  const made = await operator.post(`/console/apps/${appId}/new-key`, { scopes, ...fields });
  const page = await made.text();
  return { made, page, key: /id="secret">([^<]+)</.exec(page)?.[1] ?? "" };
}

/** An app with a key, both made in the console, and a user whom wrong codes locked. */
async function lockedUser() {
  const appId = await newApp(operator);
  const app = useKey(appId, (await makeKey(appId)).key);
  const locked = await enrolled(app, "customer-7");
  await lock(app, locked);
  const { id } = await storedUser("customer-7");
  return { app, locked, id, path: `/console/users/${id}` };
}

async function lock(app: TestApp, { userId, phone }: EnrolledUser): Promise<void> {
  for (let failures = 0; failures < 5; failures++) await app.verify(userId, wrongCodeOf(phone));
}

const isLocked = async () => (await storedUser("customer-7")).locked_until !== null;

describe("an operator", () => {
  it("makes an app and a key, and the key opens the server API", async () => {
    const created = await operator.post("/console/apps", { appName: "Shop", issuer: "" });
    expect(created.status).toBe(303);
    const appId = destination(created)?.split("/").at(-1) ?? "";
    expect(await operator.read("/console/apps")).toContain(`href="/console/apps/${appId}"`);
    expect(await operator.read(`/console/apps/${appId}`)).toContain("There are no keys yet.");
    const { key } = await makeKey(appId, { name: "Back end" });
    const answer = await useKey(appId, key).verify("nobody", "123456");
    expect(answer.status).toBe(404);
    expect(await operator.read(`/console/apps/${appId}`)).toContain("Back end");
  });

  it("is shown a key once, and nobody keeps that page", async () => {
    const appId = await newApp(operator);
    const { made, page, key } = await makeKey(appId);
    expect(made.headers.get("cache-control")).toBe("no-store");
    expect(page.split(key)).toHaveLength(2);
    expect(page).toContain('data-copy="secret"');
    for (const path of [`/console/apps/${appId}`, "/console/audit", "/console"]) {
      expect(await operator.read(path)).not.toContain(key);
    }
  });

  it("gives a key only the scopes that were ticked, until the end of a day", async () => {
    const appId = await newApp(operator);
    await makeKey(appId, { scopes: "verify", expiresAt: "2026-10-03" });
    const [key] = await rows("SELECT scopes, expires_at FROM api_keys");
    expect(key).toEqual({ scopes: "verify", expires_at: Date.UTC(2026, 9, 3, 23, 59, 59) });
    for (const fields of [{ scopes: [] }, { scopes: "root" }, { expiresAt: "2026-09-01" }]) {
      const { made, page } = await makeKey(appId, fields);
      expect([made.status, page.includes('aria-invalid="true"')]).toEqual([422, true]);
    }
    expect(await rows("SELECT id FROM api_keys")).toHaveLength(1);
  });

  it("binds a key to addresses, and makes one that signs requests", async () => {
    const appId = await newApp(operator);
    const fields = { kind: "signing", addresses: "192.0.2.0/24\r\n2001:db8::1\r\n" };
    expect((await makeKey(appId, fields)).key).toMatch(/^sgh_/);
    const page = await operator.read(`/console/apps/${appId}`);
    expect(page).toContain("signing key · verify");
    expect(page).toContain("192.0.2.0/24, 2001:db8::1");
    const wrong = await makeKey(appId, { addresses: "192.0.2.1/24" });
    expect([wrong.made.status, wrong.page]).toEqual([
      422,
      expect.stringContaining('id="addresses-fault"'),
    ]);
    expect(wrong.page).toContain("192.0.2.1/24</textarea>");
  });

  it("revokes a key after a question", async () => {
    const appId = await newApp(operator);
    const { key } = await makeKey(appId);
    const path = `/console/apps/${appId}/keys/${key.split("_")[1]}/revoke`;
    expect(await operator.read(path)).toContain("Revoke");
    expect((await useKey(appId, key).verify("nobody", "123456")).status).toBe(404);
    expect((await operator.post(path)).status).toBe(303);
    expect((await useKey(appId, key).verify("nobody", "123456")).status).toBe(401);
  });

  it("finds a locked user, unlocks them, and resets another lock's second factor", async () => {
    const { app, locked, id, path } = await lockedUser();
    const found = await operator.read("/console/users?query=customer-7&state=locked&appId=");
    expect(found).toContain(`href="${path}"`);
    expect(await operator.read("/console/users?state=capped")).not.toContain(path);
    expect(await operator.read(path)).toContain("Locked until");

    expect(await isLocked()).toBe(true);
    const unlocked = await operator.post(`${path}/unlock`, { reason: "Called from work" });
    expect([unlocked.status, destination(unlocked)]).toEqual([303, path]);
    expect(await isLocked()).toBe(false);

    await lock(app, locked);
    const asked = await operator.read(`${path}/reset`);
    const once = /name="once" value="([^"]+)"/.exec(asked)?.[1] ?? "";
    expect(asked).toMatch(/name="accountName"[^>]*value="customer-7"/);
    const accountName = "ada@example.com";
    const reset = await operator.post(`${path}/reset`, { reason: "Lost phone", accountName, once });
    expect([reset.status, reset.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const link = /id="secret">([^<]+)</.exec(await reset.text())?.[1] ?? "";
    expect(await operator.read(path)).not.toContain(link);
    const user = visitor();
    await user.get(new URL(link).pathname);
    const { html } = await user.submit({});
    expect(html).toContain(`<dd>${accountName}</dd>`);
    const phone = phoneWith(keyOf({ html }));
    expect((await user.submit({ code: codeOf(phone) })).status).toBe(200);
    elapse(30);
    // The operator's page, reloaded, takes nothing away again.
    const again = await operator.post(`${path}/reset`, { reason: "Lost phone", accountName, once });
    expect(again.status).toBe(409);
    expect(await (await app.verify("customer-7", codeOf(phone))).json()).toMatchObject({
      valid: true,
    });

    const trail = await operator.read("/console/audit");
    for (const told of [
      "console.signed_in",
      "app.created",
      "api_key.created",
      "user.locked",
      "user.reset",
    ]) {
      expect(trail).toContain(`<code>${told}</code>`);
    }
    expect(trail).toMatch(/user\.unlocked.*Called from work/s);
    expect(await operator.read(`/console/audit?userId=${id}&type=user.reset`)).toContain(
      "Lost phone",
    );
    expect(await operator.read(path)).toContain("Lost phone");
  });

  it("gives a reason for whatever is done to a user", async () => {
    const { path } = await lockedUser();
    for (const action of ["unlock", "reset", "disable", "enable", "delete"]) {
      expect((await operator.get(`${path}/${action}`)).status).toBe(200);
      for (const reason of ["", " ", "x".repeat(501), "two\nlines"]) {
        const refused = await operator.post(`${path}/${action}`, { reason });
        expect(refused.status).toBe(422);
        const page = await refused.text();
        expect(page).toMatch(/id="reason"[^>]*aria-invalid="true"[^>]*autofocus/s);
        expect(page).toContain(`value="${reason}"`);
      }
    }
    expect(await isLocked()).toBe(true);
    for (const action of ["disable", "enable"]) {
      expect((await operator.post(`${path}/${action}`, { reason: "Asked to" })).status).toBe(303);
    }
    const deleted = await operator.post(`${path}/delete`, { reason: "Left" });
    expect(destination(deleted)).toBe("/console/users");
    expect((await operator.get(path)).status).toBe(404);
    expect(await operator.read("/console/audit?type=user.deleted")).toContain("Note: Left");
  });

  it("is led home by the icon and the name, before the sign-in too", async () => {
    for (const path of ["/console/apps", "/console/sign-in"]) {
      const page = await operator.read(path);
      expect(page).toMatch(/<a class="brand" href="\/console"><img src="\/assets\/icon\.svg[^>]*>/);
    }
  });

  it("sees what happens, drawn", async () => {
    await lockedUser();
    const page = await operator.read("/console");
    expect(page).toContain('<rect class="accepted"');
    expect(page).toContain(
      `<a href="/console/users?state=locked">${words.console.activity.lockedUsers} <strong>1<`,
    );
    expect(page).toContain('href="/console" aria-current="page">');
  });

  it("turns pages of users, newest first", async () => {
    await newApp(operator);
    const [{ id: appId } = { id: "" }] = await rows<{ id: string }>("SELECT id FROM apps LIMIT 1");
    // In a bucket of the database where they are put.
    await everywhere.batch(
      Array.from({ length: 55 }, (_, at) =>
        everywhere
          .prepare("INSERT INTO users (id, app_id, external_id, created_at) VALUES (?, ?, ?, 0)")
          .bind(`usr_322${at}`, appId, `user-${at}`),
      ),
    );
    const first = await operator.read("/console/users?query=user-");
    expect(first.match(/href="\/console\/users\/usr_/g)).toHaveLength(30);
    const [, cursor = ""] = /href="\?query=user-&amp;cursor=([\d.]+)"/.exec(first) ?? [];
    expect(cursor.split(".")).toHaveLength(DATABASES.length);
    const second = await operator.read(`/console/users?query=user-&cursor=${cursor}`);
    expect(second.match(/href="\/console\/users\/usr_/g)).toHaveLength(25);
  });
});
