import { beforeEach, describe, expect, it } from "vitest";
import { admin, bearer, codeOf, createKey, elapse, problemCode, useKey } from "../service";
import { operations, type Operation } from "../operations";
import { request, restoreWorld, revoke, type World } from "../world";
import { answer, challengeFor, contents, firstCode, isAccepted, rows } from "./support";

let world: World;

beforeEach(async () => {
  world = await restoreWorld();
});

const SCOPES = ["verify", "enrol", "users", "import", "events"];
/**
 * The scope that each route of the server API needs. Null means that it needs none in particular.
 * A new route has to be entered here.
 */
const NEEDED: Record<string, string | null> = {
  "GET /v1/app": null,
  "GET /v1/events": "events",
  "POST /v1/users/{userId}/authenticators": "enrol",
  "POST /v1/users/{userId}/authenticators/{id}/confirm": "enrol",
  "DELETE /v1/users/{userId}/authenticators/{id}": "enrol",
  "POST /v1/users/{userId}/verify": "verify",
  "POST /v1/users/{userId}/resync": "verify",
  "POST /v1/challenges": "verify",
  "POST /v1/challenge-links": "verify",
  "POST /v1/challenge-links/redeem": "verify",
  "POST /v1/enrolment-links": "enrol",
  "GET /v1/users/{userId}": "verify",
  "DELETE /v1/users/{userId}": "users",
  "POST /v1/users/{userId}/backup-codes": "enrol",
  "POST /v1/users/{userId}/unlock": "users",
};

const keyed = operations.filter(({ credential }) => credential === "apiKey");
const scoped = keyed.filter(({ name }) => NEEDED[name] !== null);
const byOperator = operations.filter(({ credential }) => credential === "adminToken");

describe("scopes", () => {
  it("are known for every route that takes an API key", () => {
    expect(keyed.map(({ name }) => name).toSorted()).toEqual(Object.keys(NEEDED).toSorted());
  });

  it.each(keyed)("$name takes a key with its scope", async (operation) => {
    const key = await createKey(world.app.id, { scopes: [NEEDED[operation.name] ?? "import"] });
    expect((await request(operation, world, { headers: bearer(key) })).status).toBeLessThan(300);
  });

  it.each(scoped)(
    "$name refuses a key with all the others, and does nothing",
    async (operation) => {
      const scopes = SCOPES.filter((scope) => scope !== NEEDED[operation.name]);
      const key = await createKey(world.app.id, { scopes });
      await request(operation, world, { headers: bearer(key) });
      const before = await contents();
      const response = await request(operation, world, { headers: bearer(key) });
      expect(await problemCode(response)).toBe("insufficient_scope");
      expect(await contents()).toEqual(before);
    },
  );

  it.each(byOperator)("no key at all opens $name", async (operation) => {
    const before = await contents();
    const response = await request(operation, world, { headers: bearer(world.app.key) });
    expect(await problemCode(response)).toBe("unauthorized");
    expect(await contents()).toEqual(before);
  });

  it("a secret of one's own needs the scope import beside enrol", async () => {
    const body = { secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" };
    const attempt = async (scopes: string[]) => {
      const { v1 } = useKey(world.app.id, await createKey(world.app.id, { scopes }));
      return v1("POST", "/users/ada/authenticators", { body });
    };
    expect(await problemCode(await attempt(["enrol"]))).toBe("insufficient_scope");
    expect(await problemCode(await attempt(["verify", "users", "import"]))).toBe(
      "insufficient_scope",
    );
    expect((await attempt(["enrol", "import"])).status).toBe(201);
  });
});

/** What ends a key. */
const ENDS: [string, (appId: string) => Promise<{ key: string; end: () => Promise<unknown> }>][] = [
  [
    "was revoked",
    async (appId) => {
      const key = await createKey(appId, {});
      return { key, end: () => revoke(appId, key) };
    },
  ],
  [
    "has expired",
    async (appId) => {
      const expiresAt = new Date(Date.now() + 60_000);
      const key = await createKey(appId, { expiresAt });
      return { key, end: async () => elapse(60) };
    },
  ],
  [
    "belongs to a deleted app",
    async (appId) => {
      const key = await createKey(appId, {});
      return { key, end: () => admin("DELETE", `/apps/${appId}`) };
    },
  ],
];

describe.each(ENDS)("a key that %s", (_name, prepare) => {
  /** Routes that leave the user there can warm every cache with the same key. */
  async function warm(key: string): Promise<void> {
    const { v1, verify } = useKey(world.app.id, key);
    await v1("GET", "/users/ada");
    await v1("POST", "/users/ada/authenticators", { body: {} });
    expect(await isAccepted(await verify("ada", firstCode(world.user)))).toBe(true);
  }

  it.each(keyed)("stops at once at $name, with warm caches", async (operation: Operation) => {
    const { key, end } = await prepare(world.app.id);
    await warm(key);
    await end();
    const before = await contents();
    const response = await request(operation, world, { headers: bearer(key) });
    expect(await problemCode(response)).toBe("unauthorized");
    expect(await contents()).toEqual(before);
  });

  it("stops what it minted: its challenge is answered no more, and the code stays good", async () => {
    const { key, end } = await prepare(world.app.id);
    const { token } = await challengeFor(useKey(world.app.id, key), "ada");
    await end();
    const refused = await answer(token, codeOf(world.user.phone));
    expect(await problemCode(refused)).toBe("invalid_challenge");
    const [user] = await rows("SELECT failures, strikes FROM users WHERE external_id = 'ada'");
    expect(user).toEqual({ failures: 0, strikes: 0 });
    const spent = await rows("SELECT * FROM authenticators WHERE last_used_at = ?", Date.now());
    expect(spent).toEqual([]);
  });
});

describe("a key that was revoked", () => {
  it("leaves the other keys of the app and their challenges alone", async () => {
    const doomed = await createKey(world.app.id, {});
    const { token } = await challengeFor(world.app, "ada");
    await revoke(world.app.id, doomed);
    expect((await world.app.v1("GET", "/users/ada")).status).toBe(200);
    expect((await answer(token, codeOf(world.user.phone))).status).toBe(200);
  });

  it("stops requests that are under way: of 20 in parallel none is accepted after it", async () => {
    const doomed = useKey(world.app.id, await createKey(world.app.id, {}));
    const verifications = Array.from({ length: 20 }, () =>
      doomed.verify("ada", codeOf(world.user.phone)),
    );
    await Promise.all([revoke(world.app.id, doomed.key), ...verifications]);
    const before = await contents();
    expect(await problemCode(await doomed.verify("ada", firstCode(world.user)))).toBe(
      "unauthorized",
    );
    expect(await contents()).toEqual(before);
  });
});
