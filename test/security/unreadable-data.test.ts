/** Rows that were altered or moved: what refuses, and what the operator finds in the log. */

import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { everywhere } from "../databases";
import { auth, logIn, protect, register, tokensOf, type Protected, type Tokens } from "../account";
import { admin, codeOf, createApp, enrolled, problemCode, type TestApp } from "../service";
import { answer, challengeFor } from "./support";

interface Stored {
  app: TestApp;
  code: string;
  authenticatorId: string;
  token: string;
  person: Protected;
  tokens: Tokens;
}

async function store(): Promise<Stored> {
  const app = await createApp();
  await enrolled(app, "eve");
  const person = await protect(await register("grace@example.com"));
  const tokens = await tokensOf(await register("plain@example.com"));
  const { phone, authenticatorId } = await enrolled(app, "ada");
  const { token, id } = await challengeFor(app, "ada");
  await env.KV.delete(`challenge:${id}`);
  return { app, code: codeOf(phone), authenticatorId, token, person, tokens };
}

const PLAIN = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const OTHERS = `SELECT secret FROM authenticators t JOIN users u ON u.id = t.user_id WHERE external_id = 'eve'`;

/** What is done to all authenticators but Eve's, and what the log says of it. */
const SECRETS: [string, string, RegExp][] = [
  ["in plain", `'${PLAIN}'`, /is not a sealed value.*Restore the row .* or reset the user/],
  ["emptied", "''", /is not a sealed value/],
  ["cut short", "substr(secret, 1, 30)", /does not open with the key "test".*Restore the row/],
  [
    "of another row",
    "(SELECT secret FROM other)",
    /does not open with the key "test".*moved from another row/,
  ],
  [
    "of a key that is gone",
    "'gone' || substr(secret, instr(secret, '.'))",
    /sealed with the key "gone", which KEYRING does not have\. Bring that key back/,
  ],
];

/** The lines of the log that tell of unreadable data. */
function watchLog(): () => { cause: string; status: number }[] {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: unknown) => lines.push(String(line)));
  return () => {
    expect(lines.join()).not.toMatch(new RegExp(`${PLAIN}|AAAA|\\$2b`));
    return lines.map((line) => JSON.parse(line)).filter(({ code }) => code === "unreadable_data");
  };
}

/** Eve may be in another database. */
async function spoil(set: string): Promise<void> {
  const other = await everywhere.prepare(OTHERS).first<string>("secret");
  await everywhere
    .prepare(`WITH other(secret) AS (SELECT ?) UPDATE authenticators SET ${set} WHERE user_id NOT IN (
    SELECT id FROM users WHERE external_id = 'eve')`)
    .bind(other)
    .run();
}

async function expectUnreadable(answers: Promise<Response>[]): Promise<void> {
  for (const response of await Promise.all(answers)) {
    expect([response.status, await problemCode(response)]).toEqual([500, "unreadable_data"]);
  }
}

const DAMAGES: [string, string, RegExp][] = [
  ...SECRETS.map(([what, value, cause]): [string, string, RegExp] => [
    `a secret ${what}`,
    `secret = ${value}`,
    cause,
  ]),
  ["an algorithm that is none", "algorithm = 'MD5'", /algorithm, digits or period/],
  ["digits that are none", "digits = 9", /algorithm, digits or period/],
  ["a period that is none", "period = 'x'", /algorithm, digits or period/],
];

describe.each(DAMAGES)("%s", (_what, set, cause) => {
  it("refuses by every way in; the log names the row and what to do, and nothing of what is in it", async () => {
    const { app, code, authenticatorId, token, person } = await store();
    await spoil(set);
    const logged = watchLog();
    await expectUnreadable([
      app.verify("ada", code),
      answer(token, code),
      app.v1("POST", "/challenges", { body: { userId: "ada" } }),
    ]);
    const lines = logged();
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line.cause).toMatch(cause);
    for (const line of lines) expect(line.cause).toContain(`authenticators ${authenticatorId}: `);
    await expectUnreadable([logIn(person)]);
    expect(logged().at(-1)?.cause).toContain(`authenticators ${person.authenticatorId}: `);
  });
});

it("a pending secret that does not open is told of like an active one", async () => {
  const app = await createApp();
  const headers = { "idempotency-key": "once" };
  const path = "/users/ada/authenticators";
  const made = await app.v1("POST", path, { body: {}, headers });
  const { id } = await made.json<{ id: string }>();
  await spoil("secret = 'x'");
  const logged = watchLog();
  await expectUnreadable([
    app.v1("POST", path, { body: {}, headers }),
    app.v1("POST", `${path}/${id}/confirm`, { body: { code: "123456" } }),
  ]);
  expect(logged().map(({ cause }) => cause)).toEqual([
    expect.stringContaining(`authenticators ${id}: `),
    expect.stringContaining(`authenticators ${id}: `),
  ]);
});

describe.each(["{", "", "null", "5", "[]", '"x"'])("settings %o", (settings) => {
  it("of an app refuse whatever depends on them, and the log names the app", async () => {
    const { app, code, token, person, tokens } = await store();
    await everywhere.prepare("UPDATE apps SET settings = ?").bind(settings).run();
    const logged = watchLog();
    await expectUnreadable([
      app.verify("ada", code),
      answer(token, code),
      admin("GET", `/apps/${app.id}`),
      admin("PATCH", `/apps/${app.id}`, { body: { name: "Shop" } }),
    ]);
    for (const { cause } of logged()) expect(cause).toContain(`apps ${app.id}: its settings`);
    await expectUnreadable([logIn(person)]);
    expect(logged().at(-1)?.cause).toContain("apps accounts: its settings");
    const body = { refreshToken: tokens.refreshToken };
    const renewed = await auth("POST", "/refresh", { body });
    // A statement reads one setting by itself, of what is JSON: it finds none there.
    const isJson = !["{", ""].includes(settings);
    expect(isJson || (await problemCode(renewed)) === "unreadable_data").toBe(true);
  });
});

it.each(["", "x", "$2b$10$abcdefghijklmnopqrstuv"])(
  "a password hash %o refuses, and the log names the account",
  async (hash) => {
    const person = await register("grace@example.com");
    await everywhere.prepare("UPDATE accounts SET password_hash = ?").bind(hash).run();
    const logged = watchLog();
    await expectUnreadable([logIn(person), logIn({ ...person, password: "wrong" })]);
    for (const { cause } of logged()) {
      expect(cause).toContain(`accounts ${person.id}: its password_hash`);
      expect(cause).toContain("a new password");
    }
  },
);

it("a snapshot in KV that was altered is a miss, and the row decides", async () => {
  const app = await createApp();
  const { phone } = await enrolled(app, "ada");
  for (const value of ["", "x", "test.AAAA"]) {
    const { id, token } = await challengeFor(app, "ada");
    await env.KV.put(`challenge:${id}`, value);
    expect((await answer(token, "000000")).status).toBe(422);
    expect((await answer(token, codeOf(phone))).ok).toBe(value === "");
  }
});
