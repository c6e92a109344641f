/** Two hands on one session: what one proves is not the other's. */

import { describe, expect, it } from "vitest";
import { isCommit, isMany, wrapping } from "../databases";
import {
  answerLogin,
  as,
  auth,
  challengeOf,
  confirmOwn,
  enrolOwn,
  expectJson,
  logIn,
  logInWithCode,
  PASSWORD,
  protect,
  register,
  tokensOf,
  type Tokens,
} from "../account";
import { cookiesOf } from "../compat/support";
import { bearer, codeOf, elapse, ORIGIN } from "../service";
import { claimsOf, refresh, setAccounts, stepUp } from "./account-support";
import { callOn } from "./support";

const NEW_PASSWORD = "another horse battery staple";

/** Lets something happen right before the first call of this method of D1 that `when` picks. */
function meanwhile(
  method: "batch" | "prepare",
  event: () => Promise<unknown>,
  when: (argument: unknown) => boolean = () => true,
): Env {
  let isDone = false;
  const first = async () => {
    if (isDone) return;
    isDone = true;
    await event();
  };
  let isAsked = false;
  return wrapping(
    (d1) =>
      new Proxy(d1, {
        get(target, name) {
          if (name === "batch") {
            return async (statements: D1PreparedStatement[]) => {
              if (method === "batch" ? isCommit(statements) : isMany && isAsked) await first();
              return target.batch(statements);
            };
          }
          if (name === "prepare" && method === "prepare") {
            return (sql: string) => {
              const prepared = target.prepare(sql);
              if (!when(sql)) return prepared;
              isAsked = true;
              // Where there are several databases, a batch sends it.
              return isMany ? prepared : delayed(prepared, first);
            };
          }
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      }),
  );
}

/** A statement whose rows are read after something else. */
function delayed(prepared: D1PreparedStatement, first: () => Promise<void>): D1PreparedStatement {
  return new Proxy(prepared, {
    get(target, name) {
      if (name === "bind") return (...values: unknown[]) => delayed(target.bind(...values), first);
      if (name === "all") {
        return async () => {
          await first();
          return target.all();
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Somebody with a second factor, and the token of a device that is spared it. */
async function withDevice() {
  await setAccounts({ trustedDevices: true });
  const person = await protect(await register("ada@example.com"));
  const answer = answerLogin(await challengeOf(person), codeOf(person.phone), {
    trustDevice: true,
  });
  const { deviceToken } = await expectJson<{ deviceToken: string }>(answer, 200);
  elapse(person.phone.period);
  return { person, deviceToken };
}

describe("a password given while its owner gives a code", () => {
  it("gives nobody the owner's level, with tokens", async () => {
    const { person, deviceToken } = await withDevice();
    const tokens = await expectJson<Tokens>(logIn(person, { deviceToken }), 200);
    expect(claimsOf(tokens).aal).toBe(1);
    const bindings = meanwhile("batch", async () => {
      const owner = await expectJson<Tokens>(stepUp(tokens, { code: codeOf(person.phone) }), 200);
      expect(claimsOf(owner).aal).toBe(2);
    });
    const headers = bearer(tokens.accessToken);
    const body = { password: PASSWORD };
    const thief = await callOn(bindings, "POST", "/auth/step-up", { body, headers });
    expect(thief.status).toBe(409);
    expect((await refresh(tokens)).status).toBe(401);
  });

  it("gives nobody the owner's level, with a cookie", async () => {
    const { person, deviceToken } = await withDevice();
    const page = { origin: ORIGIN };
    const login = { email: person.email, password: PASSWORD, cookie: true };
    const device = { ...page, cookie: `__Host-stepgate-device=${deviceToken}` };
    const cookie = cookiesOf(await auth("POST", "/login", { body: login, headers: device }));
    const headers = { ...page, cookie };
    const bindings = meanwhile("batch", async () => {
      const body = { code: codeOf(person.phone) };
      expect((await auth("POST", "/step-up", { body, headers })).status).toBe(200);
    });
    const body = { password: PASSWORD };
    const thief = await callOn(bindings, "POST", "/auth/step-up", { body, headers });
    expect([thief.status, cookiesOf(thief)]).toEqual([409, ""]);
  });

  it("leaves one of the two with the session, in either order", async () => {
    await setAccounts({ trustedDevices: true });
    const levels: unknown[] = [];
    for (let round = 0; round < 6; round++) {
      const person = await protect(await register(`ada${round}@example.com`));
      const token = await challengeOf(person);
      const answer = answerLogin(token, codeOf(person.phone), { trustDevice: true });
      const { deviceToken } = await expectJson<{ deviceToken: string }>(answer, 200);
      elapse(person.phone.period);
      const tokens = await expectJson<Tokens>(logIn(person, { deviceToken }), 200);
      const proofs = [{ password: PASSWORD }, { code: codeOf(person.phone) }];
      const ordered = round % 2 === 0 ? proofs : proofs.toReversed();
      const answers = await Promise.all(ordered.map((proof) => stepUp(tokens, proof)));
      const byPassword = answers[round % 2 === 0 ? 0 : 1];
      if (byPassword?.ok) levels.push(await levelOf(await byPassword.json<Tokens>()));
    }
    expect(levels).not.toContain(2);
  });
});

/** Of what comes of a refresh; null if nothing does. */
async function levelOf(tokens: Tokens): Promise<unknown> {
  const renewed = await refresh(tokens);
  return renewed.ok ? claimsOf(await renewed.json<Tokens>()).aal : null;
}

describe("a change of password while the session confirms a first factor", () => {
  it("is refused, because now it needs a code", async () => {
    const tokens = await tokensOf(await register("ada@example.com"));
    const { id, phone } = await enrolOwn(tokens);
    const event = async () => {
      expect((await confirmOwn(tokens, id, codeOf(phone))).status).toBe(200);
    };
    const isSecondRead = (sql: unknown) => String(sql).includes("ac.user_id = ?");
    const bindings = meanwhile("prepare", event, isSecondRead);
    const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const headers = bearer(tokens.accessToken);
    expect((await callOn(bindings, "POST", "/auth/password", { body, headers })).status).toBe(409);
  });
});

describe("an access token of before", () => {
  it.each([
    ["a step-up with the password", "/step-up", { password: PASSWORD }],
    ["a change of password", "/password", { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }],
    ["securing the account", "/secure", { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }],
  ])("%s at level 2 is worth nothing", async (_what, path, body) => {
    const tokens = await logInWithCode(await protect(await register("ada@example.com")));
    const next = await expectJson<Tokens>(as(tokens, "POST", path, { body }), 200);
    expect((await as(tokens, "GET", "/me")).status).toBe(401);
    expect((await as(tokens, "POST", "/authenticators", { body: {} })).status).toBe(401);
    expect((await as(next, "GET", "/me")).status).toBe(200);
  });
});
