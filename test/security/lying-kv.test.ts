import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  bearer,
  codeOf,
  createApp,
  elapse,
  enrolled,
  problemCode,
  wrongCodeOf,
  type EnrolledUser,
  type TestApp,
} from "../service";
import {
  callOn,
  challengeFor,
  countAccepted,
  firstCode,
  isAccepted,
  kvThat,
  storedUser,
  together,
} from "./support";

/** What KV can do wrong without ever accepting a code, or refusing a right one. */
const LIARS: [string, () => Env][] = [
  ["is empty", () => kvThat({ get: async () => null })],
  [
    "is down",
    () =>
      kvThat({
        get: () => Promise.reject(new Error("KV GET failed: 500")),
        put: () => Promise.reject(new Error("KV PUT failed: 500")),
      }),
  ],
  ["throws at once", () => kvThat({ get: throwing, put: throwing })],
  ["never answers", () => kvThat({ get: () => new Promise(() => {}) })],
  ["answers with garbage", () => kvThat({ get: async () => "garbage.\u0000{]" })],
  ["answers with an empty text", () => kvThat({ get: async () => "" })],
  ["answers with a number in the past", () => kvThat({ get: async () => "1" })],
  ["forgets what was written", () => kvThat({ put: async () => {} })],
  ["answers with what it held first", stale],
  ["answers with what somebody else wrote", anotherKey],
];

function throwing(): never {
  throw new Error("KV is not there");
}

/** The first value of a key for ever. */
function stale(): Env {
  const first = new Map<string, string | null>();
  return kvThat({
    get: async (key) => {
      if (!first.has(key)) first.set(key, await env.KV.get(key));
      return first.get(key) ?? null;
    },
  });
}

/** The newest snapshot of any other challenge. */
function anotherKey(): Env {
  return kvThat({
    get: async (key) => {
      if (!key.startsWith("challenge:")) return null;
      const { keys } = await env.KV.list({ prefix: "challenge:" });
      const other = keys.find(({ name }) => name !== key);
      return other ? env.KV.get(other.name) : null;
    },
  });
}

interface Victim {
  app: TestApp;
  user: EnrolledUser;
  eve: EnrolledUser;
  verify: (code: string) => Promise<Response>;
  answer: (token: string, code: string) => Promise<Response>;
}

async function victimOf(bindings: Env): Promise<Victim> {
  const app = await createApp();
  const user = await enrolled(app, "ada");
  const eve = await enrolled(app, "eve");
  elapse(60);
  await challengeFor(app, "eve");
  const headers = bearer(app.key);
  return {
    app,
    user,
    eve,
    verify: (code) => callOn(bindings, "POST", "/v1/users/ada/verify", { body: { code }, headers }),
    answer: (token, code) =>
      callOn(bindings, "POST", "/v1/challenges/verify", { body: { token, code } }),
  };
}

describe.each(LIARS)("a KV that %s", (_name, makeBindings) => {
  it("accepts a right code once, on either surface", async () => {
    const { app, user, verify, answer } = await victimOf(makeBindings());
    const [now, next] = [codeOf(user.phone), codeOf(user.phone, 1)];
    const tokens = [await challengeFor(app, "ada"), await challengeFor(app, "ada")];
    expect((await answer(tokens[0]?.token ?? "", now)).status).toBe(200);
    const again = [await verify(now), await answer(tokens[1]?.token ?? "", now)];
    expect(await countAccepted(again)).toBe(0);
    expect(await isAccepted(await verify(next))).toBe(true);
    expect(await countAccepted([await verify(next), await verify(now)])).toBe(0);
  });

  it("accepts one of 20 parallel right answers", async () => {
    const { app, user, verify, answer } = await victimOf(makeBindings());
    const { token } = await challengeFor(app, "ada");
    const code = codeOf(user.phone);
    const responses = await together(20, (at) => (at % 2 ? verify(code) : answer(token, code)));
    expect(await countAccepted(responses)).toBe(1);
  });

  it("accepts no wrong code, no code of somebody else, and counts them", async () => {
    const { app, user, eve, verify, answer } = await victimOf(makeBindings());
    const { token } = await challengeFor(app, "ada");
    const responses = [
      await answer(token, codeOf(eve.phone)),
      await answer(token, firstCode(eve)),
      await answer(token, wrongCodeOf(user.phone)),
      await verify(codeOf(eve.phone)),
    ];
    expect(await countAccepted(responses)).toBe(0);
    expect(await storedUser("ada")).toMatchObject({ failures: 4 });
  });

  it("accepts nothing from a factor that was removed, nor more guesses than five", async () => {
    const bindings = makeBindings();
    const { app, user, verify, answer } = await victimOf(bindings);
    const lost = await enrolled(app, "ada", { name: "lost phone" });
    const { token } = await challengeFor(app, "ada");
    await answer(token, wrongCodeOf(user.phone));
    await app.v1("DELETE", `/users/ada/authenticators/${lost.authenticatorId}`);
    expect(await problemCode(await answer(token, codeOf(lost.phone)))).toBe("invalid_challenge");
    expect(await isAccepted(await verify(codeOf(lost.phone)))).toBe(false);
    for (let at = 0; at < 3; at++) await verify(wrongCodeOf(user.phone));
    expect(await problemCode(await verify(codeOf(user.phone)))).toBe("locked");
  });
});

describe("a KV that knows every code as used", () => {
  const usedUntil = (milliseconds: number) => {
    const until = String(Date.now() + milliseconds);
    return kvThat({ get: async (key) => (key.startsWith("used:") ? until : null) });
  };

  it("refuses answers to challenges and charges nothing, until what it says has expired", async () => {
    const { app, user, answer } = await victimOf(env);
    const bindings = usedUntil(60_000);
    const { token } = await challengeFor(app, "ada");
    const lied = (code: string) =>
      callOn(bindings, "POST", "/v1/challenges/verify", { body: { token, code } });
    for (let at = 0; at < 6; at++) {
      expect(await problemCode(await lied(codeOf(user.phone)))).toBe("invalid_code");
    }
    expect(await storedUser("ada")).toMatchObject({ failures: 0, strikes: 0 });
    elapse(61);
    expect((await lied(codeOf(user.phone))).status).toBe(200);
    expect((await answer(token, firstCode(user))).status).toBe(401);
  });

  it("makes nobody wait who verifies directly: KV is asked only about what D1 says is spent", async () => {
    const { app, user } = await victimOf(env);
    const headers = bearer(app.key);
    const code = codeOf(user.phone);
    const response = await callOn(usedUntil(60_000), "POST", "/v1/users/ada/verify", {
      body: { code },
      headers,
    });
    expect(await isAccepted(response)).toBe(true);
  });
});

describe("a snapshot in KV", () => {
  it("that was altered, moved to another challenge or sealed for another user is not believed", async () => {
    const { app, user, eve } = await victimOf(env);
    const own = await challengeFor(app, "eve");
    const { token, id } = await challengeFor(app, "ada");
    const blob = (await env.KV.get(`challenge:${own.id}`)) ?? "";
    expect(blob).not.toBe("");
    const answered = (code: string) =>
      callOn(env, "POST", "/v1/challenges/verify", { body: { token, code } });
    for (const planted of [blob, blob.slice(0, -2), `${blob}AA`, blob.split(".")[1] ?? ""]) {
      await env.KV.put(`challenge:${id}`, planted);
      expect(await isAccepted(await answered(codeOf(eve.phone)))).toBe(false);
    }
    expect(await isAccepted(await answered(codeOf(user.phone)))).toBe(true);
  });

  it("holds no secret in plain", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    await challengeFor(app, "ada");
    const { keys } = await env.KV.list();
    const values = await Promise.all(keys.map(({ name }) => env.KV.get(name)));
    expect(keys.length).toBeGreaterThan(0);
    const everything = JSON.stringify([keys, values]);
    const bytes = user.phone.secret.bytes;
    for (const form of [user.phone.secret.base32, bytes.toBase64(), bytes.toHex(), "ada"]) {
      expect(everything).not.toContain(form);
    }
  });
});
