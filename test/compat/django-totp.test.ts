/** django-totp, as recorded from the published package. */

import { beforeEach, describe, expect, it } from "vitest";
import { confirmOwn, enrolOwn, logIn, PASSWORD, register } from "../account";
import { bearer, codeOf, elapse, wrongCodeOf } from "../service";
import { exchange, seen, type Exchange } from "./support";

const post = (path: string, body?: Exchange["body"], access?: string) =>
  exchange("POST", `/api${path}`, { body, ...(access && { headers: bearer(access) }) });

const create = (password = PASSWORD) => post("/jwt/create/", { username: "ann", password });

interface Pair {
  access: string;
  refresh: string;
}

const pairOf = async (answer: Promise<Response>) => (await answer).json<Pair>();

/** Somebody with a confirmed authenticator, and a pair made with a code. */
async function guarded() {
  const { access } = await pairOf(create());
  const { id, phone } = await enrolOwn({ accessToken: access, refreshToken: "" });
  const confirmed = await post("/totp/confirm/", { input_code: codeOf(phone) }, access);
  const { backup_codes: backupCodes } = await confirmed.json<{ backup_codes: string[] }>();
  elapse(30);
  return { id, phone, backupCodes, before: access };
}

const challenge = async () => {
  const { totp_challenge_token: token } = await (
    await create()
  ).json<{ totp_challenge_token: string }>();
  return token;
};

const verify = (token: string, body: object) =>
  post("/jwt/totp/verify/", { totp_challenge_token: token, ...body });

beforeEach(async () => {
  await register("ann@example.com", { username: "ann" });
});

describe("logging in", () => {
  it("answers a pair, or a challenge that answers once", async () => {
    expect(await seen(create())).toEqual([
      200,
      { is_totp_enabled: false, access: expect.any(String), refresh: expect.any(String) },
    ]);
    const { phone, backupCodes } = await guarded();
    expect(await seen(create())).toEqual([
      200,
      { is_totp_enabled: true, totp_challenge_token: expect.any(String) },
    ]);
    const token = await challenge();
    const wrong = [400, { detail: "Invalid 2FA code." }];
    expect(await seen(verify(token, { otp_code: wrongCodeOf(phone) }))).toEqual(wrong);
    expect(await seen(verify(token, { backup_code: "ünicode" }))).toEqual(wrong);
    expect(await seen(verify(token, { otp_code: codeOf(phone) }))).toEqual([
      200,
      { access: expect.any(String), refresh: expect.any(String) },
    ]);
    const dead = [400, { detail: "Invalid or expired challenge token." }];
    expect(await seen(verify(token, { otp_code: codeOf(phone, 1) }))).toEqual(dead);
    expect(await seen(verify("junk", { otp_code: codeOf(phone, 1) }))).toEqual(dead);
    const [backup] = backupCodes;
    expect((await verify(await challenge(), { backup_code: backup })).status).toBe(200);
    expect(await seen(verify(await challenge(), { backup_code: backup }))).toEqual(wrong);
  });

  it.each([
    [{ username: "ann", password: "wrong" }, 401, { detail: "Invalid credentials." }],
    [{ username: "nobody", password: PASSWORD }, 401, { detail: "Invalid credentials." }],
    [{ username: "ann" }, 400, { password: ["This field is required."] }],
    [{ username: "", password: "x" }, 400, { username: ["This field may not be blank."] }],
  ])("%o is a %s", async (body, status, answer) => {
    const response = await post("/jwt/create/", body);
    expect(response.headers.get("www-authenticate")).toBeNull();
    expect(await seen(Promise.resolve(response))).toEqual([status, answer]);
  });

  it.each([
    [{}, { non_field_errors: ["Either otp_code or backup_code is required."] }],
    [
      { otp_code: "1", backup_code: "2" },
      { non_field_errors: ["Provide only one of otp_code or backup_code, not both."] },
    ],
    [{ totp_challenge_token: undefined }, { totp_challenge_token: ["This field is required."] }],
  ])("%o is a 400", async (body, answer) => {
    expect(await seen(verify("x", body))).toEqual([400, answer]);
  });

  it("is throttled by account in the framework's words, whatever X-Forwarded-For says", async () => {
    const { phone } = await guarded();
    for (let count = 0; count < 5; count++) {
      await verify(await challenge(), { otp_code: wrongCodeOf(phone) });
    }
    const headers = { "x-forwarded-for": "203.0.113.9" };
    const body = { totp_challenge_token: await challenge(), otp_code: codeOf(phone) };
    const response = await exchange("POST", "/api/jwt/totp/verify/", { body, headers });
    expect(response.headers.get("retry-after")).toBe("30");
    expect(await seen(Promise.resolve(response))).toEqual([
      429,
      { detail: "Request was throttled. Expected available in 30 seconds." },
    ]);
  });
});

describe("the pair", () => {
  it("is refreshed, each token once, and verified", async () => {
    const { access, refresh } = await pairOf(create());
    expect(await seen(post("/jwt/verify/", { token: access }))).toEqual([200, {}]);
    expect(await seen(post("/jwt/refresh/", { refresh }))).toEqual([
      200,
      { access: expect.any(String), refresh: expect.any(String) },
    ]);
    const invalid = { detail: "Token is invalid or expired", code: "token_not_valid" };
    for (const answer of [
      post("/jwt/refresh/", { refresh }),
      post("/jwt/refresh/", { refresh: "junk" }),
      post("/jwt/verify/", { token: "junk" }),
      post("/jwt/verify/", { token: access }),
    ]) {
      const response = await answer;
      expect(response.headers.get("www-authenticate")).toBe('Bearer realm="api"');
      expect(await seen(Promise.resolve(response))).toEqual([401, invalid]);
    }
  });

  it("of before the second factor goes on at its level", async () => {
    const { access, refresh } = await pairOf(create());
    const { id, phone } = await enrolOwn({ accessToken: access, refreshToken: refresh });
    expect(id).toMatch(/^auth_/);
    expect((await post("/totp/confirm/", { input_code: codeOf(phone) }, access)).status).toBe(200);
    const next = await pairOf(post("/jwt/refresh/", { refresh }));
    expect((await post("/totp/disable/", undefined, next.access)).status).toBe(403);
  });
});

describe("the second factor", () => {
  const NONE = [400, { detail: "User does not have an associated TOTP secret." }];

  it("is created, and created again before it is confirmed", async () => {
    const { access } = await pairOf(create());
    for (let count = 0; count < 2; count++) {
      const [status, body] = await seen(post("/totp/create/", {}, access));
      expect([status, body]).toEqual([
        201,
        { svg: expect.stringMatching(/^<\?xml version='1.0' encoding='UTF-8'\?>\n<svg /) },
      ]);
    }
    const confirm = post("/totp/confirm/", { input_code: "000000" }, access);
    expect(await seen(confirm)).toEqual([400, { detail: "Invalid TOTP code." }]);
  });

  it("is not switched on by backup codes before a code was proven", async () => {
    const { access } = await pairOf(create());
    await post("/totp/create/", {}, access);
    expect(await seen(post("/totp/rotate_backup_codes/", {}, access))).toEqual(NONE);
    expect(await seen(create())).toMatchObject([200, { is_totp_enabled: false }]);
  });

  it("is confirmed once, with ten backup codes, rotated and disabled with a fresh code", async () => {
    const { phone, backupCodes, before } = await guarded();
    expect(backupCodes).toHaveLength(10);
    for (const path of ["/totp/disable/", "/totp/rotate_backup_codes/", "/totp/create/"]) {
      expect((await post(path, undefined, before)).status).toBe(403);
    }
    const { access } = await pairOf(verify(await challenge(), { otp_code: codeOf(phone) }));
    const [, rotated] = await seen(post("/totp/rotate_backup_codes/", undefined, access));
    expect(rotated).toEqual({ backup_codes: expect.arrayContaining([expect.any(String)]) });
    expect(await seen(post("/totp/create/", undefined, access))).toEqual([
      400,
      { detail: "TOTP is already enabled. Disable the old one before creating a new one." },
    ]);
    expect(await seen(post("/totp/confirm/", { input_code: "000000" }, access))).toEqual([
      400,
      { detail: "Backup codes already exist for this user." },
    ]);
    expect(await seen(post("/totp/disable/", undefined, access))).toEqual([204, ""]);
    expect(await seen(post("/totp/disable/", undefined, access))).toEqual(NONE);
    expect(await seen(post("/totp/confirm/", { input_code: "000000" }, access))).toEqual(NONE);
    expect(await seen(create())).toMatchObject([200, { is_totp_enabled: false }]);
  });

  it.each([
    [{}, { input_code: ["This field is required."] }],
    [{ input_code: "" }, { input_code: ["This field may not be blank."] }],
    [
      { input_code: "1234567890123" },
      { input_code: ["Ensure this field has no more than 12 characters."] },
    ],
  ])("%o is a 400 at confirm", async (body, answer) => {
    const { access } = await pairOf(create());
    expect(await seen(post("/totp/confirm/", body, access))).toEqual([400, answer]);
  });

  it("wants a token", async () => {
    const missing = await post("/totp/create/", {});
    expect(missing.headers.get("www-authenticate")).toBe('Bearer realm="api"');
    expect(await seen(Promise.resolve(missing))).toEqual([
      401,
      { detail: "Authentication credentials were not provided." },
    ]);
    expect(await seen(post("/totp/create/", {}, "junk"))).toMatchObject([
      401,
      { detail: "Given token not valid for any token type", code: "token_not_valid" },
    ]);
  });

  it("takes no other method", async () => {
    expect(await seen(exchange("GET", "/api/totp/create/"))).toEqual([
      405,
      { detail: 'Method "GET" not allowed.' },
    ]);
  });

  it("of the native API is the same one", async () => {
    const { access } = await pairOf(create());
    const tokens = { accessToken: access, refreshToken: "" };
    const { id, phone } = await enrolOwn(tokens);
    await confirmOwn(tokens, id, codeOf(phone));
    const person = { email: "ann@example.com", password: PASSWORD };
    expect(await (await logIn(person)).json()).toMatchObject({ status: "second_factor_required" });
    expect(await seen(create())).toMatchObject([200, { is_totp_enabled: true }]);
  });
});
