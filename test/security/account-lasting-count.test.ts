import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  as,
  answerLogin,
  challengeOf,
  logIn,
  PASSWORD,
  protect,
  register,
  tokensOf,
} from "../account";
import { bearer, codeOf, elapse, problemCode, wrongCodeOf } from "../service";
import { countSessions, stepUp } from "./account-support";
import { callOn, d1Whose, kvThat, rows, storedUser } from "./support";

const WRONG = "incorrect horse battery staple";
const HERE = { "cf-connecting-ip": "198.51.100.1" };

/** The commit takes place, and its answer is lost on the way back. */
const lostAnswers = () =>
  d1Whose(async (commit) => {
    await commit();
    throw new Error("D1_ERROR: Network connection lost.");
  });

const ada = () => register("ada@example.com");

function logInOn(bindings: Env, password: string): Promise<Response> {
  const body = { email: "ada@example.com", password };
  return callOn(bindings, "POST", "/auth/login", { body, headers: HERE });
}

describe("wrong passwords stay counted", () => {
  it("when the connection is lost after the commit: ten such failures close", async () => {
    const person = await ada();
    const bindings = lostAnswers();
    for (let at = 0; at < 10; at++) expect((await logInOn(bindings, WRONG)).status).toBe(503);
    expect((await logInOn({ ...env }, PASSWORD)).status).toBe(401);
    expect((await logIn(person)).status).toBe(200);
  });

  it("when KV takes no writes and knows nothing", async () => {
    await ada();
    const down = () => Promise.reject(new Error("KV: 503"));
    const bindings = kvThat({ put: down, get: down });
    for (let at = 0; at < 10; at++) expect((await logInOn(bindings, WRONG)).status).toBe(401);
    expect((await logInOn(bindings, PASSWORD)).status).toBe(401);
  });

  it("when a later log-in fails as a whole", async () => {
    await ada();
    const bindings = d1Whose((commit) => commit());
    for (let at = 0; at < 9; at++) await logInOn(bindings, WRONG);
    const before = await rows("SELECT * FROM password_guards ORDER BY key");
    const failing = d1Whose(() => Promise.reject(new Error("D1_ERROR: database is locked")));
    for (const password of [WRONG, PASSWORD]) {
      expect((await logInOn(failing, password)).status).toBe(503);
    }
    expect(await rows("SELECT * FROM password_guards ORDER BY key")).toEqual(before);
    await logInOn(bindings, WRONG);
    expect((await logInOn(bindings, PASSWORD)).status).toBe(401);
  });
});

describe("wrong codes stay counted", () => {
  it("when the answers to log-ins and step-ups are lost: five lock", async () => {
    const person = await protect(await ada());
    const token = await challengeOf(person);
    const code = wrongCodeOf(person.phone);
    const bindings = lostAnswers();
    for (let at = 1; at <= 5; at++) {
      const response =
        at % 2
          ? await callOn(bindings, "POST", "/auth/challenge", {
              body: { challengeToken: token, code },
            })
          : await callOn(bindings, "POST", "/auth/step-up", {
              body: { code },
              headers: bearer(person.tokens.accessToken),
            });
      expect(response.status).toBe(503);
      expect(await storedUser(person.id)).toMatchObject({ failures: at });
    }
    const right = codeOf(person.phone);
    expect(await problemCode(await answerLogin(token, right))).toBe("locked");
    expect(await problemCode(await stepUp(person.tokens, { code: right }))).toBe("locked");
  });

  it("and a right code whose answer was lost is spent, and nobody holds what it began", async () => {
    const person = await protect(await ada());
    const token = await challengeOf(person);
    const code = codeOf(person.phone);
    const body = { challengeToken: token, code };
    const lost = await callOn(lostAnswers(), "POST", "/auth/challenge", { body });
    expect(lost.status).toBe(503);
    expect(await lost.text()).not.toMatch(/accessToken|refreshToken|sgr_|eyJ/);
    expect(await problemCode(await answerLogin(token, codeOf(person.phone, 1)))).toBe(
      "invalid_challenge",
    );
    expect(await problemCode(await stepUp(person.tokens, { code }))).toBe("invalid_code");
  });

  it("and a right password whose answer was lost gives nobody a session", async () => {
    const person = await ada();
    const tokens = await tokensOf(person);
    const lost = await logInOn(lostAnswers(), PASSWORD);
    expect(lost.status).toBe(503);
    expect(lost.headers.get("set-cookie")).toBeNull();
    expect(await lost.text()).not.toMatch(/sgr_|eyJ/);
    elapse(1);
    expect((await as(tokens, "DELETE", "/sessions")).status).toBe(204);
    expect(await countSessions(person)).toBe(2);
  });
});
