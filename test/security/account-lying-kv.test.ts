import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { everywhere } from "../databases";
import { answerLogin, challengeOf, PASSWORD, protect, register } from "../account";
import { codeOf, elapse } from "../service";
import { countSessions } from "./account-support";
import { callOn, firstCode, kvThat } from "./support";

/** What KV may say instead of the truth, by what has been put into it. */
const LIES: [string, (held: Map<string, string>, theirs: string[]) => (key: string) => unknown][] =
  [
    ["knows nothing", () => () => Promise.resolve(null)],
    ["is down", () => () => Promise.reject(new Error("KV: 503"))],
    ["answers junk", () => () => Promise.resolve("junk")],
    [
      "answers somebody else's snapshot",
      (_held, theirs) => (key) => Promise.resolve(key.startsWith("challenge:") ? theirs[0] : null),
    ],
    [
      "goes on answering what it held before",
      (held) => (key) => Promise.resolve(held.get(key) ?? null),
    ],
  ];

async function allOfKv(): Promise<Map<string, string>> {
  const { keys } = await env.KV.list();
  const pairs = keys.map(async ({ name }): Promise<[string, string]> => {
    return [name, (await env.KV.get(name)) ?? ""];
  });
  return new Map(await Promise.all(pairs));
}

describe.each(LIES)("a KV that %s", (_name, lie) => {
  async function world() {
    const person = await protect(await register("ada@example.com"));
    const other = await protect(await register("eve@example.com"));
    await challengeOf(other);
    const theirs = [...(await allOfKv())]
      .filter(([key]) => key.startsWith("challenge:"))
      .map(([, value]) => value);
    const tokens = [await challengeOf(person), await challengeOf(person)];
    const bindings = kvThat({ get: lie(await allOfKv(), theirs) });
    const ask = (challengeToken: string, code: string) =>
      callOn(bindings, "POST", "/auth/challenge", { body: { challengeToken, code } });
    return { person, other, tokens, ask };
  }

  it("gives no code a second session", async () => {
    const { person, tokens, ask } = await world();
    const before = await countSessions(person);
    for (const code of [codeOf(person.phone), firstCode(person)]) {
      for (const token of tokens) await ask(token, code);
    }
    for (const token of tokens) await answerLogin(token, codeOf(person.phone));
    expect((await countSessions(person)) - before).toBeLessThanOrEqual(2);
    const events = await everywhere
      .prepare(
        "SELECT count(*) AS n FROM audit_events WHERE type = 'challenge.answered' AND outcome = 'success'",
      )
      .first<{ n: number }>();
    expect(events?.n).toBe((await countSessions(person)) - before);
  });

  it("lets nobody in with the code of somebody else", async () => {
    const { person, other, tokens, ask } = await world();
    const before = await countSessions(person);
    elapse(30);
    for (const code of [codeOf(other.phone), firstCode(other)]) {
      expect((await ask(tokens[0] ?? "", code)).ok).toBe(false);
    }
    expect(await countSessions(person)).toBe(before);
  });

  it("does not keep alive a log-in that a reset has ended", async () => {
    const { person, tokens, ask } = await world();
    const before = await countSessions(person);
    await everywhere
      .prepare("UPDATE users SET epoch = epoch + 1 WHERE id = ?")
      .bind(person.id)
      .run();
    for (const code of [codeOf(person.phone), firstCode(person)]) {
      expect((await ask(tokens[0] ?? "", code)).status).toBe(401);
    }
    expect(await countSessions(person)).toBe(before);
    const body = { email: person.email, password: PASSWORD };
    expect((await callOn(env, "POST", "/auth/login", { body })).status).toBe(200);
  });
});
