import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { parseApiKey } from "../../src/crypto/api-key";
import { bearer, call, codeOf, elapse, wrongCodeOf } from "../service";
import { TEST_SECRETS } from "../secrets";
import { keyId, restoreWorld, type World } from "../world";
import {
  answer,
  callOn,
  challengeFor,
  contents,
  freshAddress,
  isAccepted,
  rows,
  together,
} from "./support";

let world: World;

beforeEach(async () => {
  world = await restoreWorld();
});

/**
 * A key with the id of a good one, in the right form and with the right checksum, but another
 * secret.
 */
async function forgedKey(key: string): Promise<string> {
  const stem = `sg_${keyId(key)}_${"a".repeat(52)}`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(stem));
  const forged = stem + new Uint8Array(digest).subarray(0, 4).toHex();
  if (!(await parseApiKey(forged))) throw new Error("not in the form of a key");
  return forged;
}

const STRANGERS: [string, (world: World) => string | Promise<string>][] = [
  ["no key", () => ""],
  ["junk for a key", () => "junk"],
  ["a forged key with the id of a good one", ({ app }) => forgedKey(app.key)],
  ["a revoked key", ({ revokedKey }) => revokedKey],
  ["an expired key", ({ expiredKey }) => expiredKey],
  ["the key of another app", ({ other }) => other.key],
  ["the operator's token", () => TEST_SECRETS.ADMIN_TOKEN],
];

/** What the guard and the ledgers of all users say. */
async function guards(): Promise<unknown> {
  return [
    await rows("SELECT * FROM users ORDER BY id"),
    await rows("SELECT * FROM authenticators ORDER BY id"),
    await rows("SELECT * FROM backup_codes ORDER BY user_id, hash"),
    await rows("SELECT * FROM challenges"),
  ];
}

describe("without a key of the app", () => {
  it.each(STRANGERS)(
    "with %s nobody moves the counter of a user, in 30 tries",
    async (_name, keyOf) => {
      const before = await guards();
      const token = await keyOf(world);
      const codes = [wrongCodeOf(world.user.phone), codeOf(world.user.phone), "A".repeat(24)];
      const responses = await together(30, (at) =>
        call("POST", "/v1/users/ada/verify", {
          body: { code: codes[at % 3] },
          headers: { ...(token && bearer(token)), ...freshAddress() },
        }),
      );
      for (const response of responses) expect([401, 404]).toContain(response.status);
      expect(await guards()).toEqual(before);
      expect(await isAccepted(await world.app.verify("ada", codeOf(world.user.phone)))).toBe(true);
    },
  );
});

describe("with a token that is no challenge", () => {
  it("nobody moves a counter, whatever the code", async () => {
    const { app, user, token } = world;
    const { token: late } = await challengeFor(app, "ada", { ttlSeconds: 30 });
    elapse(31);
    const before = await guards();
    const junk = [
      "junk",
      "sgc_",
      "sgc_test.",
      `${token}A`,
      token.slice(4),
      token.toUpperCase(),
      late,
    ];
    junk.push(app.key, TEST_SECRETS.ADMIN_TOKEN, "e30.e30.", `sgc_${"A".repeat(4000)}`);
    for (const code of [wrongCodeOf(user.phone), codeOf(user.phone)]) {
      for (const one of junk) expect((await answer(one, code)).status).toBe(401);
    }
    expect(await guards()).toEqual(before);
    expect((await answer(token, codeOf(user.phone))).status).toBe(200);
  });
});

/** The limiters with the keys by which they were asked. */
function watchedLimits() {
  const asked = new Map<string, string[]>();
  const watch = (name: "KEY_LIMIT" | "USER_LIMIT" | "FAILURE_LIMIT" | "ADDRESS_LIMIT") => ({
    limit: ({ key }: { key: string }) => {
      asked.set(name, [...(asked.get(name) ?? []), key]);
      return Promise.resolve({ success: true });
    },
  });
  const bindings: Env = {
    ...env,
    KEY_LIMIT: watch("KEY_LIMIT"),
    USER_LIMIT: watch("USER_LIMIT"),
    FAILURE_LIMIT: watch("FAILURE_LIMIT"),
    ADDRESS_LIMIT: watch("ADDRESS_LIMIT"),
  };
  return { bindings, asked };
}

describe("whoever knows only the id of a key, which is shown and logged,", () => {
  it("uses up no limit of the good key", async () => {
    const { bindings, asked } = watchedLimits();
    // A minute in which nobody has asked for anything yet.
    elapse(60);
    const options = { bindings, headers: bearer(await forgedKey(world.app.key)) };
    for (let burst = 0; burst < 16; burst++) {
      const body = { code: "123456" };
      await together(40, () => call("POST", "/v1/users/ada/verify", { ...options, body }));
    }
    // The forger is beyond what an isolate lets pass unasked, for the key as for the user.
    expect([asked.has("KEY_LIMIT"), asked.has("USER_LIMIT")]).toEqual([true, true]);
    asked.clear();
    const good = { bindings, body: { code: codeOf(world.user.phone) } };
    const response = await world.app.v1("POST", "/users/ada/verify", good);
    expect(await response.json()).toMatchObject({ valid: true });
    expect([asked.has("KEY_LIMIT"), asked.has("USER_LIMIT")]).toEqual([false, false]);
  });
});

/** Headers that a client may write as it likes. */
const CLAIMS = [
  "x-forwarded-for",
  "forwarded",
  "x-real-ip",
  "true-client-ip",
  "x-client-ip",
  "cf-connecting-ipv6",
];

describe("limits by address", () => {
  async function countedBy(headers: Record<string, string>): Promise<string> {
    const { bindings, asked } = watchedLimits();
    await callOn(bindings, "GET", "/v1/users/ada", { headers: { ...bearer("junk"), ...headers } });
    const [key, ...more] = asked.get("FAILURE_LIMIT") ?? [];
    expect(more).toEqual([]);
    return key ?? "";
  }

  it.each(CLAIMS)("do not read %s", async (name) => {
    const address = { "cf-connecting-ip": "203.0.113.7" };
    const plain = await countedBy(address);
    expect(plain).toBe("203.0.113.7");
    for (const claim of ["198.51.100.1", "for=198.51.100.1", "2001:db8::1"]) {
      expect(await countedBy({ ...address, [name]: claim })).toBe(plain);
    }
  });

  /** Addresses of one IPv6 customer, however written, and of another. */
  const SAME = [
    "2001:db8:1:2::1",
    "2001:DB8:1:2:ffff:ffff:ffff:ffff",
    "2001:0db8:0001:0002::",
    "2001:db8:1:2:0:0:7f00:1",
  ];
  const OTHER = ["2001:db8:1:3::1", "2001:db8:1::2", "2001:db8::1:2:0:1", "::1", "fe80::1:2:0:1"];

  it("count a whole IPv6 /64 as one, and its neighbours apart", async () => {
    const keys = async (addresses: string[]) =>
      new Set(await Promise.all(addresses.map((ip) => countedBy({ "cf-connecting-ip": ip }))));
    const [one = "", ...none] = await keys(SAME);
    expect(none).toEqual([]);
    expect(await keys(OTHER)).not.toContain(one);
    expect((await keys(["203.0.113.7", "203.0.113.8"])).size).toBe(2);
  });

  it("count junk for an address as one caller, and still answer", async () => {
    const keys = await Promise.all(
      [":", "a:b:c", "2001:db8:::1"].map((ip) => countedBy({ "cf-connecting-ip": ip })),
    );
    expect(new Set(keys)).toEqual(new Set(["unknown"]));
  });

  it("refuse failed keys after 30 a minute, whatever address the client claims; a good key never", async () => {
    const address = { "cf-connecting-ip": "2001:db8:99:1::1" };
    const statuses: number[] = [];
    // More than two minutes' worth: the platform's minute may begin in between.
    for (let at = 0; at < 70; at++) {
      const headers = { ...bearer("junk"), ...address, "x-forwarded-for": `198.51.100.${at}` };
      statuses.push((await call("GET", "/v1/users/ada", { headers })).status);
    }
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(60);
    const good = await world.app.v1("GET", "/users/ada", { headers: address });
    expect(good.status).toBe(200);
    const neighbour = { ...bearer("junk"), "cf-connecting-ip": "2001:db8:99:2::1" };
    expect((await call("GET", "/v1/users/ada", { headers: neighbour })).status).toBe(401);
  });

  it("leave nothing behind in D1", async () => {
    const before = await contents();
    await together(40, () => call("GET", "/v1/users/ada", { headers: bearer("junk") }));
    expect(await contents()).toEqual(before);
  });
});
