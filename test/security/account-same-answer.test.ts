/**
 * Before the right password: nobody learns whether an account exists, nor anything about it. The
 * same answer, for the same work.
 */

import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { everywhere } from "../databases";
import { auth, PASSWORD, protect, register, tokensOf } from "../account";
import { knowWebhooks, metered, type Meter } from "../d1-meter";
import { admin, call, wrongCodeOf } from "../service";
import { logInFrom, resetBy, setAccounts, stepUp } from "./account-support";
import { comparable, freshAddress, together } from "./support";

const WRONG = "incorrect horse battery staple";
const NOTHING: Meter = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };

/** By what one tries to log in, and what the account is like that has it, if one has. */
const NAMES: Record<string, object> = {
  "an unknown e-mail address": { email: "nobody@example.com" },
  "an unknown user name": { username: "nobody" },
  "a user name with the form of an id": { username: "usr_aaaaaaaaaaaaaaaa" },
  "a known e-mail address": { email: "plain@example.com" },
  "a known user name": { username: "plain" },
  "an account with a second factor": { email: "protected@example.com" },
  "one that is locked": { email: "locked@example.com" },
  "one that is capped": { email: "capped@example.com" },
  "one that is disabled": { email: "disabled@example.com" },
  "one that has to rebind": { email: "reset@example.com" },
  "one that was deleted": { email: "deleted@example.com" },
};
const CASES = Object.entries(NAMES);

async function people(): Promise<void> {
  await setAccounts({ strikeCap: 10, failuresBeforeLock: 5 });
  const person = (name: string) => register(`${name}@example.com`, { username: name });
  await person("plain");
  await protect(await person("protected"));
  const locked = await protect(await person("locked"));
  for (let at = 0; at < 5; at++) {
    await stepUp(locked.tokens, { code: wrongCodeOf(locked.phone) });
  }
  const capped = await protect(await person("capped"));
  await everywhere.prepare("UPDATE users SET capped_at = 1 WHERE id = ?").bind(capped.id).run();
  const disabled = await person("disabled");
  await admin("PATCH", `/users/${disabled.id}`, { body: { disabled: true } });
  await resetBy(await protect(await person("reset")));
  const deleted = await person("deleted");
  await tokensOf(deleted);
  await admin("DELETE", `/users/${deleted.id}`);
}

beforeEach(people);

/** The guard is closed for everything that is tried from this address. */
async function exhausted(): Promise<string> {
  const address = freshAddress()["cf-connecting-ip"];
  await together(CASES.length * 10, (at) =>
    logInFrom(address, { ...CASES[at % CASES.length]?.[1], password: WRONG }),
  );
  return address;
}

const SLOW = 60_000;

describe("the answer to a wrong password is the same", () => {
  it("for whatever is known of the account, to the last header", async () => {
    for (const extra of [{}, { deviceToken: "x" }, { rebindToken: "x" }]) {
      const seen = new Set<string>();
      for (const [, name] of CASES) {
        const body = { ...name, ...extra, password: WRONG };
        seen.add(JSON.stringify(await comparable(await auth("POST", "/login", { body }))));
      }
      expect(seen.size).toBe(1);
      expect([...seen][0]).toContain('"code":"invalid_credentials"');
    }
  });

  it("for one asked with a cookie", async () => {
    const seen = new Set<string>();
    const headers = { origin: "https://2fa.test" };
    for (const [, name] of CASES) {
      const body = { ...name, password: WRONG, cookie: true };
      const response = await auth("POST", "/login", { body, headers });
      seen.add(JSON.stringify(await comparable(response)));
    }
    expect(seen.size).toBe(1);
  });

  it(
    "as to any password, right or wrong, when there were too many",
    { timeout: SLOW },
    async () => {
      const address = await exhausted();
      const seen = new Set<string>();
      for (const [, name] of CASES) {
        for (const password of [PASSWORD, WRONG, "x", "x".repeat(1024)]) {
          seen.add(
            JSON.stringify(await comparable(await logInFrom(address, { ...name, password }))),
          );
        }
      }
      expect(seen.size).toBe(1);
      expect([...seen][0]).toContain('"status":401');
    },
  );
});

describe("the work for a wrong password is the same", () => {
  let bindings: Env;
  let meter: Meter;
  let digests: number;
  let tags: string[];

  beforeEach(async () => {
    const { binding, meter: fresh } = metered();
    bindings = { ...env, ...binding };
    meter = fresh;
    await call("GET", "/readyz", { bindings });
    tags = [];
    digests = 0;
    // A tag of argon2id is 43 characters of Base64 when it is compared, and nothing else here is.
    const timingSafeEqual = crypto.subtle.timingSafeEqual.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, "timingSafeEqual").mockImplementation((a, b) => {
      if (a.byteLength === 43 && a instanceof Uint8Array) tags.push(new TextDecoder().decode(a));
      return timingSafeEqual(a, b);
    });
    const sign = crypto.subtle.sign.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, "sign").mockImplementation((...values) => {
      digests++;
      return sign(...values);
    });
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  async function workOf(name: object, password: string, headers = freshAddress()) {
    Object.assign(meter, NOTHING);
    tags = [];
    digests = 0;
    const body = { ...name, password };
    expect((await call("POST", "/auth/login", { body, bindings, headers })).status).toBe(401);
    const { roundTrips, rowsWritten } = meter;
    return { roundTrips, rowsWritten, hashed: tags.length, digests };
  }

  it("for whatever is known of the account: round trips, rows written, hashes computed", async () => {
    const works = [];
    for (const [what, name] of CASES) {
      await workOf(name, WRONG);
      works.push({ what, ...(await workOf(name, WRONG)) });
    }
    const [first] = works;
    expect(first).toMatchObject({ roundTrips: 2, hashed: 1 });
    expect(works).toEqual(works.map(({ what }) => ({ ...first, what })));
  });

  it(
    "when there were too many: nothing is written, and the hash is computed still",
    { timeout: SLOW },
    async () => {
      const address = { "cf-connecting-ip": await exhausted() };
      await call("GET", "/readyz", { bindings });
      await knowWebhooks(bindings);
      const works = [];
      for (const [what, name] of CASES) {
        for (const password of [PASSWORD, WRONG]) {
          works.push({ what, ...(await workOf(name, password, address)) });
        }
      }
      const [first] = works;
      expect(first).toMatchObject({ roundTrips: 2, rowsWritten: 0, hashed: 1 });
      expect(works).toEqual(works.map(({ what }) => ({ ...first, what })));
    },
  );

  it("also for nobody the typed password is what is hashed, at the same costs", async () => {
    const tagOf = async (password: string) => {
      await workOf({ email: "nobody@example.com" }, password);
      return tags[0];
    };
    const [one, other, again] = [await tagOf(WRONG), await tagOf(PASSWORD), await tagOf(WRONG)];
    expect(one).toHaveLength(43);
    expect(one).toBe(again);
    expect(one).not.toBe(other);
  });
});
