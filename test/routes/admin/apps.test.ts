import { describe, expect, it } from "vitest";
import {
  admin,
  bearer,
  call,
  codeOf,
  createApp,
  createKey,
  elapse,
  enrolled,
  problemCode,
  useKey,
} from "../../service";

const json = async (response: Promise<Response>) =>
  (await response).json<Record<string, unknown>>();

describe("apps", () => {
  it("keep the region that they were made with", async () => {
    const made = await json(admin("POST", "/apps", { body: { name: "Example", region: "weur" } }));
    expect(made).toMatchObject({ region: "weur" });
    const change = { body: { region: "apac" } };
    expect(await problemCode(await admin("PATCH", `/apps/${String(made["id"])}`, change))).toBe(
      "invalid_request",
    );
    expect(await json(admin("GET", `/apps/${String(made["id"])}`))).toEqual(made);
  });

  it("have the name as issuer and the default settings unless told otherwise", async () => {
    const response = await admin("POST", "/apps", { body: { name: "Example" } });
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({
      id: expect.stringMatching(/^app_[a-z2-7]{16}$/),
      name: "Example",
      issuer: "Example",
      settings: {
        window: 1,
        failuresBeforeLock: 5,
        strikeCap: 100,
        allowedOrigins: [],
        registration: "open",
        requireProof: false,
        returnUrls: [],
        secondFactor: "optional",
        trustedDevices: false,
      },
      brand: { displayName: null, accentColor: null, supportUrl: null, logo: null },
      region: null,
      createdAt: "2026-10-01T12:00:10.000Z",
    });
  });

  it("keep what is null in a change, but for the password length, which is taken back", async () => {
    const { id } = await createApp({ settings: { strikeCap: 50, minPasswordLength: 20 } });
    const change = { name: null, settings: { strikeCap: null, minPasswordLength: null } };
    const changed = await json(admin("PATCH", `/apps/${id}`, { body: change }));
    expect(changed).toMatchObject({ name: "Test app", settings: { strikeCap: 50 } });
    expect(changed["settings"]).not.toHaveProperty("minPasswordLength");
    const created = admin("POST", "/apps", { body: { name: "x", issuer: null, settings: null } });
    expect(await json(created)).toMatchObject({ issuer: "x", settings: { strikeCap: 100 } });
  });

  it("are changed field by field", async () => {
    const { id } = await createApp({ settings: { strikeCap: 50 } });
    await admin("PATCH", `/apps/${id}`, { body: { settings: { window: 0 } } });
    await admin("PATCH", `/apps/${id}`, { body: { issuer: "Example" } });
    expect(await json(admin("GET", `/apps/${id}`))).toMatchObject({
      name: "Test app",
      issuer: "Example",
      settings: { window: 0, strikeCap: 50 },
    });
  });

  it.each([
    { window: 3 },
    { window: -1 },
    { strikeCap: 101 },
    { strikeCap: 9 },
    { failuresBeforeLock: 0 },
    { sessions: true },
  ])("refuse the settings %j", async (settings) => {
    const response = await admin("POST", "/apps", { body: { name: "Example", settings } });
    expect([response.status, await problemCode(response)]).toEqual([422, "invalid_request"]);
  });

  it("include the one of the user API, which cannot be deleted", async () => {
    expect(await json(admin("GET", "/apps/accounts"))).toMatchObject({ name: "Accounts" });
    expect(await problemCode(await admin("DELETE", "/apps/accounts"))).toBe("app_built_in");
  });

  it("are listed newest first, a page at a time", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) ids.unshift((await createApp()).id);
    type Page = { items: { id: string }[]; nextCursor: string | null };
    const first = await (await admin("GET", "/apps?limit=2")).json<Page>();
    const second = await (
      await admin("GET", `/apps?limit=2&cursor=${first.nextCursor}`)
    ).json<Page>();
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([...ids, "accounts"]);
    expect(second.nextCursor).toBeNull();
  });

  it("accept codes in the window that they choose", async () => {
    const strict = await createApp({ settings: { window: 0 } });
    const { phone } = await enrolled(strict, "ada");
    expect(await json(strict.verify("ada", codeOf(phone, 1)))).toMatchObject({ valid: false });
    expect(await json(strict.verify("ada", codeOf(phone, 0)))).toMatchObject({ valid: true });
    const lenient = await createApp({ settings: { window: 2 } });
    const { phone: other } = await enrolled(lenient, "ada");
    expect(await json(lenient.verify("ada", codeOf(other, 2)))).toMatchObject({ valid: true });
  });

  it("are gone at once when they are deleted, with their keys", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    expect((await admin("DELETE", `/apps/${app.id}`)).status).toBe(204);
    expect((await app.verify("ada", codeOf(phone))).status).toBe(401);
    expect((await admin("GET", `/apps/${app.id}`)).status).toBe(404);
    expect((await admin("DELETE", `/apps/${app.id}`)).status).toBe(404);
    expect(await json(admin("GET", "/users"))).toMatchObject({ items: [] });
  });
});

describe("API keys", () => {
  it("are shown once, and listed by their beginning", async () => {
    const { id } = await createApp();
    const created = await json(
      admin("POST", `/apps/${id}/keys`, { body: { name: "ci", scopes: ["verify"] } }),
    );
    const { key, ...shown } = created;
    expect(key).toMatch(new RegExp(`^${String(created["prefix"])}_`));
    const { items } = await (await admin("GET", `/apps/${id}/keys`)).json<{ items: object[] }>();
    expect(items).toContainEqual(shown);
    expect(JSON.stringify(items)).not.toContain(key);
  });

  it("stop when they are revoked", async () => {
    const app = await createApp();
    const other = useKey(app.id, await createKey(app.id, {}));
    await enrolled(app, "ada");
    const keyId = app.key.split("_")[1];
    expect((await admin("DELETE", `/apps/${app.id}/keys/${keyId}`)).status).toBe(204);
    expect((await app.v1("GET", "/users/ada")).status).toBe(401);
    expect((await other.v1("GET", "/users/ada")).status).toBe(200);
    expect((await admin("DELETE", `/apps/${app.id}/keys/${keyId}`)).status).toBe(404);
  });

  it("stop when they expire", async () => {
    const { id } = await createApp();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const app = useKey(id, await createKey(id, { expiresAt }));
    expect((await app.v1("GET", "/users/ada")).status).toBe(200);
    elapse(60);
    expect((await app.v1("GET", "/users/ada")).status).toBe(401);
  });

  it("are not made for a time that has passed, and not listed when theirs has", async () => {
    const { id } = await createApp();
    const make = (expiresAt: number) =>
      admin("POST", `/apps/${id}/keys`, { body: { expiresAt: new Date(expiresAt).toISOString() } });
    expect(await problemCode(await make(Date.now()))).toBe("invalid_request");
    expect((await make(Date.now() + 1000)).status).toBe(201);
    elapse(1);
    const { items } = await (await admin("GET", `/apps/${id}/keys`)).json<{ items: object[] }>();
    expect(items).toHaveLength(1);
  });

  it("are known to have been used, to the hour", async () => {
    const app = await createApp();
    const used = async () => {
      await app.v1("GET", "/users/ada");
      const { items } = await (
        await admin("GET", `/apps/${app.id}/keys`)
      ).json<{ items: { lastUsedAt: string }[] }>();
      return Date.parse(items[0]?.lastUsedAt ?? "");
    };
    const first = await used();
    expect(first).toBe(Date.now());
    elapse(59 * 60);
    expect(await used()).toBe(first);
    elapse(60);
    expect(await used()).toBe(Date.now());
  });
});

it.each(["Bearer wrong", "Bearer ", "Basic dGVzdDp0ZXN0", "test-admin-token-0123456789-abcdefgh"])(
  "refuses the operator's API to %j",
  async (authorization) => {
    const response = await call("GET", "/admin/apps", { headers: { authorization } });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="stepgate"');
  },
);

it("takes no API key for the operator's API, and no operator's token for an app's", async () => {
  const app = await createApp();
  expect((await call("GET", "/admin/apps", { headers: bearer(app.key) })).status).toBe(401);
  expect((await admin("GET", "/../v1/users/ada")).status).toBe(401);
});
