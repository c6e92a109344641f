import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JSONWebKeySet,
} from "jose";
import { describe, expect, it } from "vitest";
import {
  call,
  codeOf,
  createApp,
  elapse,
  enrolled,
  send,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { answer, challengeFor, firstCode } from "./support";

const ISSUER = "https://2fa.test";

async function jwks() {
  const response = await call("GET", "/.well-known/jwks.json");
  return createLocalJWKSet(await response.json<JSONWebKeySet>());
}

async function world() {
  const app = await createApp();
  return { app, user: await enrolled(app, "ada/\u00e9") };
}

async function assertionOf(app: TestApp, user: EnrolledUser, code: string, body: object = {}) {
  const challenge = await challengeFor(app, user.userId, body);
  const response = await answer(challenge.token, code);
  const { assertion } = await response.json<{ assertion: string }>();
  return { challenge, assertion };
}

function verify(assertion: string, keys: Awaited<ReturnType<typeof jwks>>, audience: string) {
  return jwtVerify(assertion, keys, {
    audience,
    issuer: ISSUER,
    typ: "assertion+jwt",
    algorithms: ["ES256"],
    currentDate: new Date(),
  });
}

describe("the assertion", () => {
  it("verifies with the published keys, and says who answered which challenge, for what and how", async () => {
    const { app, user } = await world();
    const purpose = "payment:4711";
    const { challenge, assertion } = await assertionOf(app, user, codeOf(user.phone), { purpose });
    const { payload, protectedHeader } = await verify(assertion, await jwks(), app.id);
    expect(protectedHeader).toEqual({ alg: "ES256", typ: "assertion+jwt", kid: "test" });
    const iat = Math.floor(Date.now() / 1000);
    expect(payload).toEqual({
      iss: ISSUER,
      aud: app.id,
      sub: user.userId,
      jti: challenge.id,
      purpose,
      amr: ["otp"],
      iat,
      exp: iat + 120,
    });
  });

  it("names a backup code as one, and no purpose where there was none", async () => {
    const { app, user } = await world();
    const { assertion } = await assertionOf(app, user, firstCode(user));
    const { payload } = await verify(assertion, await jwks(), app.id);
    expect(payload["amr"]).toEqual(["otp", "backup_code"]);
    expect(payload).not.toHaveProperty("purpose");
  });

  it("is worth nothing to another app, under another issuer, as another type, or after two minutes", async () => {
    const { app, user } = await world();
    const { assertion } = await assertionOf(app, user, codeOf(user.phone));
    const keys = await jwks();
    const other = await createApp();
    await expect(verify(assertion, keys, other.id)).rejects.toThrow(
      errors.JWTClaimValidationFailed,
    );
    const elsewhere = { issuer: "https://evil.test", currentDate: new Date() };
    await expect(jwtVerify(assertion, keys, elsewhere)).rejects.toThrow(
      errors.JWTClaimValidationFailed,
    );
    const access = { typ: "at+jwt", currentDate: new Date() };
    await expect(jwtVerify(assertion, keys, access)).rejects.toThrow(
      errors.JWTClaimValidationFailed,
    );
    elapse(121);
    await expect(verify(assertion, keys, app.id)).rejects.toThrow(errors.JWTExpired);
  });

  it("does not survive a change: of its claims, of its signature, or to the algorithm none", async () => {
    const { app, user } = await world();
    const { assertion } = await assertionOf(app, user, codeOf(user.phone));
    const keys = await jwks();
    const [header = "", payload = "", signature = ""] = assertion.split(".");
    const encode = (value: object) =>
      new TextEncoder()
        .encode(JSON.stringify(value))
        .toBase64({ alphabet: "base64url", omitPadding: true });
    const claims: object = JSON.parse(
      new TextDecoder().decode(Uint8Array.fromBase64(payload, { alphabet: "base64url" })),
    );
    const forgeries = [
      `${header}.${encode({ ...claims, sub: "root" })}.${signature}`,
      `${header}.${payload}.${"A".repeat(signature.length)}`,
      `${encode({ alg: "none", typ: "assertion+jwt" })}.${payload}.`,
      `${encode({ alg: "HS256", typ: "assertion+jwt", kid: "test" })}.${payload}.${signature}`,
    ];
    for (const forgery of forgeries)
      await expect(verify(forgery, keys, app.id)).rejects.toThrow(errors.JOSEError);
    await expect(verify(assertion, keys, app.id)).resolves.toBeDefined();
  });

  it("takes its issuer from the settings, never from the Host that the client names", async () => {
    const { app, user } = await world();
    const { token } = await challengeFor(app, user.userId);
    const response = await send(
      new Request("https://evil.test/v1/challenges/verify", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-forwarded-host": "evil.test",
          "cf-connecting-ip": "192.0.2.1",
        },
        body: JSON.stringify({ token, code: codeOf(user.phone) }),
      }),
    );
    const { assertion } = await response.json<{ assertion: string }>();
    expect((await verify(assertion, await jwks(), app.id)).payload.iss).toBe(ISSUER);
  });

  it("is signed with none but a published key, and the published ones hold nothing private", async () => {
    const { app, user } = await world();
    const { assertion } = await assertionOf(app, user, codeOf(user.phone));
    const response = await call("GET", "/.well-known/jwks.json");
    const { keys } = await response.json<{ keys: Record<string, string>[] }>();
    expect(keys.map(({ kid }) => kid)).toContain(decodeProtectedHeader(assertion).kid);
    for (const key of keys) {
      expect(Object.keys(key).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    }
  });

  it("opens nothing itself: it is no API key, no operator's token and no challenge", async () => {
    const { app, user } = await world();
    const { assertion } = await assertionOf(app, user, codeOf(user.phone));
    const headers = { authorization: `Bearer ${assertion}` };
    expect((await call("GET", "/v1/users/ada", { headers })).status).toBe(401);
    expect((await call("GET", "/admin/apps", { headers })).status).toBe(401);
    expect((await answer(assertion, firstCode(user))).status).toBe(401);
  });
});
