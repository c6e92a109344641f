import { describe, expect, it } from "vitest";
import {
  as,
  auth,
  challengeOf,
  answerLogin,
  confirmOwn,
  enrolOwn,
  expectJson,
  logIn,
  logInWithCode,
  protect,
  register,
  tokensOf,
  type Tokens,
} from "../../account";
import { admin, codeOf, elapse, problemCode, wrongCodeOf } from "../../service";

describe("an authenticator of one's own", () => {
  it("is enrolled under the e-mail address, confirmed, renamed, listed and removed", async () => {
    const tokens = await tokensOf(await register("ada@example.com"));
    const body = { name: "Phone" };
    const pending = await expectJson<{ uri: string }>(
      as(tokens, "POST", "/authenticators", { body }),
      201,
    );
    expect(pending.uri).toContain("otpauth://totp/Stepgate:ada%40example.com?");
    const { id, phone } = await enrolOwn(tokens);
    const confirmed = await expectJson<Tokens & { backupCodes: string[] }>(
      confirmOwn(tokens, id, codeOf(phone)),
      200,
    );
    expect(confirmed.backupCodes).toHaveLength(10);
    const rename = as(confirmed, "PATCH", `/authenticators/${id}`, { body: { name: "New" } });
    expect(await expectJson(rename, 200)).toMatchObject({ id, name: "New", status: "active" });
    expect(await expectJson(as(confirmed, "GET", "/authenticators"), 200)).toMatchObject({
      authenticators: [
        { name: "Phone", status: "pending" },
        { name: "New", status: "active" },
      ],
    });
    expect(await expectJson(as(confirmed, "GET", "/backup-codes"), 200)).toEqual({ remaining: 10 });
    expect((await as(confirmed, "DELETE", `/authenticators/${id}`)).status).toBe(204);
    expect(await expectJson(as(confirmed, "GET", "/me"), 200)).toMatchObject({ twoFactor: false });
  });

  it("needs a password of the last five minutes while there is none", async () => {
    const person = await register("ada@example.com");
    const tokens = await tokensOf(person);
    elapse(299);
    expect((await as(tokens, "GET", "/authenticators")).status).toBe(200);
    elapse(2);
    const { accessToken } = await expectJson<Tokens>(
      auth("POST", "/refresh", { body: { refreshToken: tokens.refreshToken } }),
      200,
    );
    const late = await as({ accessToken }, "POST", "/authenticators", { body: {} });
    expect(await problemCode(late)).toBe("password_required");
    const body = { password: person.password };
    const fresh = await expectJson<Tokens>(as({ accessToken }, "POST", "/step-up", { body }), 200);
    expect((await as(fresh, "POST", "/authenticators", { body: {} })).status).toBe(201);
  });

  it("needs a code of the last five minutes once there is one", async () => {
    const person = await protect(await register("ada@example.com"));
    elapse(301);
    const { refreshToken } = person.tokens;
    const tokens = await expectJson<Tokens>(
      auth("POST", "/refresh", { body: { refreshToken } }),
      200,
    );
    for (const [method, path, body] of [
      ["GET", "/authenticators"],
      ["POST", "/authenticators", {}],
      ["DELETE", `/authenticators/${person.authenticatorId}`],
      ["POST", "/backup-codes"],
      ["DELETE", "/me"],
      ["PATCH", "/me", { email: "new@example.com" }],
    ] as const) {
      const answer = await as(tokens, method, path, { body });
      expect(`${method} ${path} ${await problemCode(answer)}`).toBe(
        `${method} ${path} second_factor_required`,
      );
    }
    expect((await as(tokens, "PATCH", "/me", { body: { name: "Ada" } })).status).toBe(200);
    const wrong = { code: wrongCodeOf(person.phone) };
    expect(await problemCode(await as(tokens, "POST", "/step-up", { body: wrong }))).toBe(
      "invalid_code",
    );
    const body = { code: codeOf(person.phone) };
    const fresh = await expectJson<Tokens>(as(tokens, "POST", "/step-up", { body }), 200);
    expect((await as(fresh, "POST", "/backup-codes")).status).toBe(200);
  });

  it("ends all other sessions when it is confirmed, and so do new backup codes", async () => {
    const person = await register("ada@example.com");
    const other = await tokensOf(person);
    const mine = await protect(person);
    expect(await problemCode(await as(other, "GET", "/me"))).toBe("unauthorized");
    const third = await logInWithCode(mine);
    expect((await as(mine.tokens, "POST", "/backup-codes")).status).toBe(200);
    expect(await problemCode(await as(third, "GET", "/me"))).toBe("unauthorized");
    expect((await as(mine.tokens, "GET", "/me")).status).toBe(200);
  });
});

describe("a trusted device", () => {
  const trusting = () =>
    admin("PATCH", "/apps/accounts", { body: { settings: { trustedDevices: true } } });
  const trust = async (person: Awaited<ReturnType<typeof protect>>) => {
    const token = await challengeOf(person);
    const answer = answerLogin(token, codeOf(person.phone), { trustDevice: true });
    elapse(30);
    return expectJson<Tokens & { deviceToken?: string }>(answer, 200);
  };

  it("is not to be had unless the service allows it", async () => {
    const person = await protect(await register("ada@example.com"));
    expect(await trust(person)).not.toHaveProperty("deviceToken");
  });

  it("spares its user the code, at level 1, until it is revoked", async () => {
    await trusting();
    const person = await protect(await register("ada@example.com"));
    const { deviceToken, ...tokens } = await trust(person);
    const spared = await tokensOf(person, { deviceToken });
    expect(await problemCode(await as(spared, "GET", "/authenticators"))).toBe(
      "second_factor_required",
    );
    const { devices } = await expectJson<{ devices: { id: string }[] }>(
      as(tokens, "GET", "/devices"),
      200,
    );
    expect(devices).toMatchObject([{ id: expect.stringMatching(/^dev_/), userAgent: null }]);
    expect((await as(tokens, "DELETE", `/devices/${devices[0]?.id}`)).status).toBe(204);
    expect(await expectJson(logIn(person, { deviceToken }), 200)).toMatchObject({
      status: "second_factor_required",
    });
  });

  it("dies with new backup codes, with a change of password, and with its time", async () => {
    await trusting();
    const person = await protect(await register("ada@example.com"));
    const required = { status: "second_factor_required" };
    const { deviceToken, ...tokens } = await trust(person);
    expect((await as(tokens, "POST", "/backup-codes")).status).toBe(200);
    expect(await expectJson(logIn(person, { deviceToken }), 200)).toMatchObject(required);
    const again = await trust(person);
    elapse(30 * 24 * 3600 + 1);
    const late = logIn(person, { deviceToken: again.deviceToken });
    expect(await expectJson(late, 200)).toMatchObject(required);
  });
});
