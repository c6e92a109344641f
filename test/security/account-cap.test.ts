import { beforeEach, describe, expect, it } from "vitest";
import {
  answerLogin,
  as,
  challengeOf,
  confirmOwn,
  enrolOwn,
  expectJson,
  logIn,
  protect,
  register,
  tokensOf,
  type Protected,
  type Tokens,
} from "../account";
import { admin, codeOf, elapse, problemCode, wrongCodeOf } from "../service";
import {
  accountsApp,
  countSessions,
  refresh,
  resetBy,
  setAccounts,
  stepUp,
  trust,
} from "./account-support";
import { firstCode, storedUser } from "./support";

/** Room for ten failures without a lock, and a cap within reach. */
const LOW_CAP = { strikeCap: 10, failuresBeforeLock: 10, trustedDevices: true };

let person: Protected & { deviceToken: string };
let pending: Awaited<ReturnType<typeof enrolOwn>>;
let token: string;

async function isCapped(): Promise<boolean> {
  return (await storedUser(person.id)).capped_at !== null;
}

/** Capped over step-up, with a code given a minute ago, so that nothing is refused for want of it. */
beforeEach(async () => {
  await setAccounts(LOW_CAP);
  const made = await protect(await register("ada@example.com"));
  const trusted = await trust(made);
  person = { ...made, tokens: trusted, deviceToken: trusted.deviceToken };
  pending = await enrolOwn(person.tokens);
  token = await challengeOf(person);
  for (let at = 0; at < 10; at++) {
    await stepUp(person.tokens, { code: wrongCodeOf(person.phone) });
  }
  if (!(await isCapped())) throw new Error("not capped");
});

/** What a code was given for, or a password, and what only the person themselves may do. */
const REFUSED: [string, () => Promise<Response>][] = [
  ["the answer to a log-in", () => answerLogin(token, codeOf(person.phone))],
  [
    "the answer to a new log-in",
    async () => answerLogin(await challengeOf(person), firstCode(person)),
  ],
  ["a step-up", () => stepUp(person.tokens, { code: codeOf(person.phone) })],
  ["a step-up with a backup code", () => stepUp(person.tokens, { code: firstCode(person) })],
  ["enrolling", () => as(person.tokens, "POST", "/authenticators", { body: {} })],
  ["confirming", () => confirmOwn(person.tokens, pending.id, codeOf(pending.phone))],
  [
    "removing the factor",
    () => as(person.tokens, "DELETE", `/authenticators/${person.authenticatorId}`),
  ],
  ["removing the pending one", () => as(person.tokens, "DELETE", `/authenticators/${pending.id}`)],
  ["deleting the account", () => as(person.tokens, "DELETE", "/me")],
];

describe("to a capped person", () => {
  it.each(REFUSED)("%s is refused without an end, and changes nothing", async (_name, attempt) => {
    const sessions = await countSessions(person);
    const response = await attempt();
    expect(response.headers.get("retry-after")).toBeNull();
    expect(await problemCode(response)).toBe("locked");
    expect(await countSessions(person)).toBe(sessions);
    expect(await isCapped()).toBe(true);
    const me = as(person.tokens, "GET", "/me");
    expect(await expectJson(me, 200)).toMatchObject({ id: person.id, twoFactor: true });
  });

  it.each([3600, 30 * 24 * 3600, 365 * 24 * 3600])(
    "and so it is %i seconds later",
    async (later) => {
      elapse(later);
      const again = await challengeOf(person);
      expect(await problemCode(await answerLogin(again, codeOf(person.phone)))).toBe("locked");
      expect(await problemCode(await answerLogin(again, firstCode(person)))).toBe("locked");
    },
  );

  it("log-in goes on asking for the code: it does not fall back to the password", async () => {
    const sessions = await countSessions(person);
    const headers = [{}, { deviceToken: "x" }, { rebindToken: "x" }];
    for (const extra of headers) {
      const first = await expectJson<{ status: string }>(logIn(person, extra), 200);
      expect(first).not.toHaveProperty("accessToken");
      expect(first.status).toBe("second_factor_required");
    }
    expect(await countSessions(person)).toBe(sessions);
  });

  it("a trusted device is of no help: the log-in ends where it does without one", async () => {
    const sessions = await countSessions(person);
    const { deviceToken } = person;
    const answered = await logIn(person, { deviceToken });
    expect(await answered.clone().text()).not.toContain("accessToken");
    expect(await countSessions(person)).toBe(sessions);
    expect(await expectJson(Promise.resolve(answered), 200)).toMatchObject({
      status: "second_factor_required",
    });
  });

  it("the factor is not replaced with what a session still can do", async () => {
    const refreshed = await expectJson<Tokens>(refresh(person.tokens), 200);
    await stepUp(refreshed, { password: person.password });
    await as(refreshed, "PATCH", "/me", { body: { name: "Ada" } });
    await as(refreshed, "DELETE", "/sessions");
    expect(await isCapped()).toBe(true);
    const { authenticators } = await expectJson<{ authenticators: object[] }>(
      admin("GET", `/users/${person.id}`),
      200,
    );
    expect(authenticators).toContainEqual(
      expect.objectContaining({ id: person.authenticatorId, status: "active" }),
    );
  });

  it("neither a back end nor a higher limit ends the cap", async () => {
    await setAccounts({ strikeCap: 100 });
    const app = await accountsApp();
    await app.v1("DELETE", `/users/${person.id}/authenticators/${person.authenticatorId}`);
    await app.v1("DELETE", `/users/${person.id}`);
    await app.v1("POST", `/users/${person.id}/unlock`);
    const first = await logIn(person);
    expect(await first.text()).not.toContain("accessToken");
    expect(await isCapped()).toBe(true);
  });
});

describe("an operator's reset of a capped person", () => {
  it("opens nothing to the password alone, and everything to the rebinding token with it", async () => {
    const rebindToken = await resetBy(person);
    for (const extra of [
      {},
      { deviceToken: person.deviceToken },
      { rebindToken: "a".repeat(32) },
    ]) {
      expect(await problemCode(await logIn(person, extra))).toBe("rebinding_required");
    }
    expect(await problemCode(await logIn({ ...person, password: "wrong" }, { rebindToken }))).toBe(
      "invalid_credentials",
    );
    const tokens = await tokensOf(person, { rebindToken });
    for (const path of ["/me", "/sessions", "/devices", "/backup-codes"]) {
      expect(await problemCode(await as(tokens, "GET", path))).toBe("rebinding_required");
    }
    expect(await problemCode(await as(tokens, "DELETE", "/me"))).toBe("rebinding_required");
    for (const body of [{}, { rebindToken: "a".repeat(32) }]) {
      const enrolling = await as(tokens, "POST", "/authenticators", { body });
      expect(await problemCode(enrolling)).toBe("rebinding_required");
    }
    const { id, phone } = await enrolOwn(tokens, { rebindToken });
    const risen = await expectJson<Tokens>(confirmOwn(tokens, id, codeOf(phone)), 200);
    expect(await expectJson(as(risen, "GET", "/me"), 200)).toMatchObject({ twoFactor: true });
    elapse(30);
    const again = await answerLogin(await challengeOf(person), codeOf(phone));
    expect(again.status).toBe(200);
  });

  it("is over with its token: ten minutes, one rebinding, or another reset", async () => {
    const first = await resetBy(person);
    const second = await resetBy(person);
    expect(await problemCode(await logIn(person, { rebindToken: first }))).toBe(
      "rebinding_required",
    );
    elapse(600);
    expect(await problemCode(await logIn(person, { rebindToken: second }))).toBe(
      "rebinding_required",
    );
    const third = await resetBy(person);
    await protectAgain(await tokensOf(person, { rebindToken: third }), third);
    const late = await expectJson(logIn(person, { rebindToken: third }), 200);
    expect(late).toMatchObject({ status: "second_factor_required" });
  });

  async function protectAgain(tokens: Tokens, rebindToken: string) {
    const { id, phone } = await enrolOwn(tokens, { rebindToken });
    expect((await confirmOwn(tokens, id, codeOf(phone))).status).toBe(200);
  }
});
