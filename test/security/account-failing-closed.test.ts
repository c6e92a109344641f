import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { everywhere, isCommit, wrapping } from "../databases";
import { PASSWORD, protect, register, tokensOf, type Protected, type Tokens } from "../account";
import { bearer, codeOf, ORIGIN, wrongCodeOf } from "../service";
import { countSessions } from "./account-support";
import { callOn, d1Whose, kvThat, rows } from "./support";

const INTERNALS =
  /\bat .*\(|\.[jt]s:\d|SELECT|INSERT|UPDATE |D1_|SQLITE|no such table|node_modules|Error:/;
const PROMISES =
  /accessToken|refreshToken|deviceToken|challengeToken|sgr_|sgc_|sgs_|eyJ|authenticated/;

async function expectFailedClosed(response: Response, statuses = [503]): Promise<void> {
  const text = await response.text();
  expect(statuses).toContain(response.status);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(response.headers.get("set-cookie")).toBeNull();
  expect(text).not.toMatch(INTERNALS);
  expect(text).not.toMatch(PROMISES);
}

/** As D1 says it. */
const FAULTS = [
  "D1_ERROR: Network connection lost.",
  "D1_ERROR: D1 DB is overloaded. Too many requests queued.",
  "D1_ERROR: database is locked: SQLITE_BUSY",
  "D1_ERROR: no such table: sessions: SQLITE_ERROR",
];

/** A database that reads, and fails from the n-th batch on, which is to say when it writes. */
const failingBatches = (message: string, from = 0) =>
  d1Whose((commit, at) => (at < from ? commit() : Promise.reject(new Error(message))));

/** A database that fails at its n-th statement outside a batch. */
function failingStatements(message: string, from: number): Env {
  let calls = 0;
  const failing = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(target, name) {
        if (name === "bind") return (...values: unknown[]) => failing(target.bind(...values));
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) =>
          calls++ < from ? value.apply(target, given) : Promise.reject(new Error(message));
      },
    });
  return wrapping(
    (d1) =>
      new Proxy(d1, {
        get(target, name) {
          if (name === "prepare") return (sql: string) => failing(target.prepare(sql));
          if (name === "batch") {
            return (statements: D1PreparedStatement[]) =>
              !isCommit(statements) && calls++ < from
                ? target.batch(statements)
                : Promise.reject(new Error(message));
          }
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      }),
  );
}

interface Situation {
  person: Protected;
  plain: Tokens;
  challengeToken: string;
}

async function situation(): Promise<Situation> {
  const person = await protect(await register("ada@example.com"));
  const plain = await tokensOf(await register("bob@example.com"));
  const body = { email: person.email, password: PASSWORD };
  const begun = await callOn(env, "POST", "/auth/login", { body });
  const { challengeToken } = await begun.json<{ challengeToken: string }>();
  return { person, plain, challengeToken };
}

type Attempt = (bindings: Env, about: Situation) => Promise<Response>;
const ATTEMPTS: [string, Attempt][] = [
  [
    "a log-in without a second factor",
    (bindings) =>
      callOn(bindings, "POST", "/auth/login", {
        body: { email: "bob@example.com", password: PASSWORD },
      }),
  ],
  [
    "a log-in for a cookie",
    (bindings) =>
      callOn(bindings, "POST", "/auth/login", {
        body: { email: "bob@example.com", password: PASSWORD, cookie: true },
        headers: { origin: ORIGIN },
      }),
  ],
  [
    "a log-in with a second factor",
    (bindings) =>
      callOn(bindings, "POST", "/auth/login", {
        body: { email: "ada@example.com", password: PASSWORD },
      }),
  ],
  [
    "the right answer to a challenge",
    (bindings, { challengeToken, person }) =>
      callOn(bindings, "POST", "/auth/challenge", {
        body: { challengeToken, code: codeOf(person.phone) },
      }),
  ],
  [
    "a refresh",
    (bindings, { plain: { refreshToken } }) =>
      callOn(bindings, "POST", "/auth/refresh", { body: { refreshToken } }),
  ],
  [
    "a step-up with a code",
    (bindings, { person }) =>
      callOn(bindings, "POST", "/auth/step-up", {
        body: { code: codeOf(person.phone) },
        headers: bearer(person.tokens.accessToken),
      }),
  ],
  [
    "a step-up with the password",
    (bindings, { plain }) =>
      callOn(bindings, "POST", "/auth/step-up", {
        body: { password: PASSWORD },
        headers: bearer(plain.accessToken),
      }),
  ],
  [
    "a change of password",
    (bindings, { plain }) =>
      callOn(bindings, "POST", "/auth/password", {
        body: { currentPassword: PASSWORD, newPassword: "another horse battery staple" },
        headers: bearer(plain.accessToken),
      }),
  ],
];

/** What must be as it was: who is logged in with what, and how a log-in is proven. */
const state = async () => [
  await rows("SELECT * FROM sessions ORDER BY id"),
  await rows("SELECT * FROM accounts ORDER BY user_id"),
  await rows("SELECT id, epoch, failures, strikes FROM users ORDER BY id"),
  await rows("SELECT id, last_step FROM authenticators ORDER BY id"),
];

describe.each(ATTEMPTS)("%s", (_name, attempt) => {
  it("on a D1 that fails when it is written to begins nothing, and works afterwards", async () => {
    const about = await situation();
    const before = await state();
    for (const fault of FAULTS)
      await expectFailedClosed(await attempt(failingBatches(fault), about));
    expect(await state()).toEqual(before);
    expect((await attempt({ ...env }, about)).status).toBe(200);
  });

  it("on a D1 that fails midway, after whichever statement, begins nothing", async () => {
    const about = await situation();
    const before = await state();
    for (const from of [0, 1, 2]) {
      const bindings = failingStatements(FAULTS[0] ?? "", from);
      await expectFailedClosed(await attempt(bindings, about), [503, 500]);
    }
    expect(await state()).toEqual(before);
  });

  it("without KV is answered as ever: nothing hangs on it but speed", async () => {
    const about = await situation();
    const down = () => Promise.reject(new Error("KV: 503"));
    expect((await attempt(kvThat({ get: down, put: down }), about)).status).toBe(200);
  });
});

/** What an unreadable row looks like. */
const DAMAGES: [string, string][] = [
  ["a secret that was emptied", "UPDATE authenticators SET secret = ''"],
  ["a secret of another key", "UPDATE authenticators SET secret = 'gone' || substr(secret, 5)"],
  ["an algorithm that is none", "UPDATE authenticators SET algorithm = 'MD5'"],
];

describe.each(DAMAGES)("%s", (_name, sql) => {
  it("never means that there is no second factor: no log-in and no step-up succeeds", async () => {
    const { person, challengeToken } = await situation();
    const before = await countSessions(person);
    await everywhere.prepare(sql).run();
    const { keys } = await env.KV.list();
    await Promise.all(keys.map(({ name }) => env.KV.delete(name)));
    const login = { email: person.email, password: PASSWORD };
    const began = await callOn(env, "POST", "/auth/login", { body: login });
    expect(await began.text()).not.toMatch(/accessToken|refreshToken/);
    for (const code of [codeOf(person.phone), wrongCodeOf(person.phone)]) {
      const headers = bearer(person.tokens.accessToken);
      await expectFailedClosed(
        await callOn(env, "POST", "/auth/challenge", { body: { challengeToken, code } }),
        [500],
      );
      await expectFailedClosed(
        await callOn(env, "POST", "/auth/step-up", { body: { code }, headers }),
        [500],
      );
    }
    expect(await countSessions(person)).toBe(before);
  });
});

describe("a password hash that cannot be read", () => {
  it.each(["", "x", "$argon2id$v=19$m=19456,t=2,p=1$$", "$2b$10$abcdefghijklmnopqrstuv"])(
    "%o is a fault, and never a password that is right",
    async (hash) => {
      const person = await register("ada@example.com");
      await everywhere.prepare("UPDATE accounts SET password_hash = ?").bind(hash).run();
      for (const password of [PASSWORD, "x", " "]) {
        const body = { email: person.email, password };
        await expectFailedClosed(await callOn(env, "POST", "/auth/login", { body }), [500]);
      }
      expect(await countSessions(person)).toBe(0);
    },
  );
});
