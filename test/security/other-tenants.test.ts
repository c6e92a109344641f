import { beforeEach, describe, expect, it } from "vitest";
import { admin, bearer } from "../service";
import { operations, validBody, type Known } from "../operations";
import { keyId, knownTo, request, restoreWorld, type World } from "../world";
import { comparable, contents } from "./support";

let world: World;

beforeEach(async () => {
  world = await restoreWorld();
});

/** Operations on something that has an id, by API key. */
const keyed = operations.filter(({ credential, problems }) => {
  return credential === "apiKey" && problems["404"]?.includes("not_found");
});

describe.each(keyed)("$name, with the key of another app", (operation) => {
  const ask = async (known: Known) =>
    comparable(await request(operation, world, { known, headers: bearer(world.other.key) }));

  it("is answered for a user of this one exactly as for one who does not exist", async () => {
    const before = await contents();
    const foreign = await ask({ userId: "ada" });
    expect(foreign).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(foreign).toEqual(await ask({ userId: "nobody" }));
    expect(await contents()).toEqual(before);
  });

  it("reaches nothing through a user of its own and the ids of this one", async () => {
    if (!operation.path.includes("{id}")) return;
    const foreign = await ask({ userId: "bob" });
    expect(foreign).toEqual(await ask({ userId: "bob", id: "auth_aaaaaaaaaaaaaaaa" }));
    expect(foreign).toMatchObject({ status: 404 });
  });
});

describe("the ids of one app under another", () => {
  it("a key is not revoked there", async () => {
    const id = keyId(world.app.key);
    const foreign = await admin("DELETE", `/apps/${world.other.id}/keys/${id}`);
    const unknown = await admin("DELETE", `/apps/${world.other.id}/keys/aaaaaaaaaaaaaaaa`);
    expect(await comparable(foreign)).toEqual(await comparable(unknown));
    expect((await world.app.v1("GET", "/users/ada")).status).toBe(200);
  });

  it("an authenticator is not reached through another user of the same app", async () => {
    const { app, user, pending } = world;
    await app.v1("POST", "/users/eve/authenticators", { body: {} });
    for (const id of [user.authenticatorId, pending.id]) {
      const removed = await app.v1("DELETE", `/users/eve/authenticators/${id}`);
      const confirmed = await app.v1("POST", `/users/eve/authenticators/${id}/confirm`, {
        body: { code: pending.code },
      });
      expect([removed.status, confirmed.status]).toEqual([404, 404]);
    }
    const status = await (await app.v1("GET", "/users/ada")).json<{ authenticators: unknown[] }>();
    expect(status.authenticators).toHaveLength(2);
  });

  it("the user's own id, which only the operator has, names nobody over the server API", async () => {
    const { app, id } = world;
    expect(await (await app.v1("GET", `/users/${id}`)).json()).toMatchObject({ known: false });
  });

  it("two users of one name in two apps share no counter, no code and no factor", async () => {
    const { app, other, user } = world;
    await other.v1("POST", "/users/ada/authenticators", { body: {} });
    const verified = await other.verify("ada", user.backupCodes[0]);
    expect(await verified.json()).toMatchObject({ code: "not_enrolled" });
    expect(await (await app.verify("ada", user.backupCodes[0])).json()).toMatchObject({
      valid: true,
    });
  });
});

/** All that the answers to the operator's lists name, for the filters by app. */
describe("what is listed for one app", () => {
  it.each(["/users", "/audit"])("%s holds nothing of the others", async (path) => {
    const response = await admin("GET", `${path}?appId=${world.app.id}&limit=100`);
    const { items } = await response.json<{ items: { appId: string }[] }>();
    expect(items.length).toBeGreaterThan(0);
    expect([...new Set(items.map(({ appId }) => appId))]).toEqual([world.app.id]);
  });

  it("/keys holds nothing of the others", async () => {
    const response = await admin("GET", `/apps/${world.app.id}/keys`);
    const { items } = await response.json<{ items: { id: string }[] }>();
    expect(items.map(({ id }) => id)).toContain(keyId(world.app.key));
    expect(items.map(({ id }) => id)).not.toContain(keyId(world.other.key));
  });
});

describe("what a body may not say", () => {
  const withBody = operations.filter(({ body }) => body !== undefined);

  it.each(withBody)("is refused at $name, beside a body that is right", async (operation) => {
    const before = await contents();
    const INNER = { status: "active", state: "active", aal: 2, appId: world.other.id, epoch: 99 };
    const MORE = { lastStep: -1, failures: 0, strikes: 0, role: "admin", mustRebind: false };
    for (const [name, value] of Object.entries({ ...INNER, ...MORE })) {
      if (Object.hasOwn(operation.body?.properties ?? {}, name)) continue;
      const known = knownTo(operation, world);
      const body = { ...validBody(operation, known), [name]: value };
      const response = await request(operation, world, { body });
      expect({ name, status: response.status }).toEqual({ name, status: 422 });
    }
    expect(await contents()).toEqual(before);
  });

  it("is refused inside an app's settings too", async () => {
    const before = await contents();
    for (const settings of [
      { epoch: 0 },
      { window: 3 },
      { strikeCap: 1000 },
      { failuresBeforeLock: 0 },
    ]) {
      const changed = await admin("PATCH", `/apps/${world.app.id}`, { body: { settings } });
      const created = await admin("POST", "/apps", { body: { name: "Shop", settings } });
      expect([changed.status, created.status]).toEqual([422, 422]);
    }
    expect(await contents()).toEqual(before);
  });
});
