import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import {
  admin,
  call,
  codeOf,
  createApp,
  elapse,
  enrolled,
  problemCode,
  wrongCodeOf,
  type EnrolledUser,
  type TestApp,
} from "../../service";

let app: TestApp;
let user: EnrolledUser;
beforeEach(async () => {
  app = await createApp();
  user = await enrolled(app, "ada");
});

interface Challenge {
  id: string;
  token: string;
  expiresAt: string;
  methods: string[];
}

async function challenge(body: object = {}): Promise<Challenge> {
  const response = await app.v1("POST", "/challenges", { body: { userId: "ada", ...body } });
  expect(response.status).toBe(201);
  return response.json();
}

function answer(token: string, code: string, headers: Record<string, string> = {}) {
  return call("POST", "/v1/challenges/verify", { body: { token, code }, headers });
}

describe("an assertion", () => {
  it("is a JWT for the app about this challenge, which the published keys verify", async () => {
    const { id, token } = await challenge({ purpose: "payment:4711" });
    const response = await answer(token, codeOf(user.phone));
    expect(response.status).toBe(200);
    const { assertion, ...rest } = await response.json<{ assertion: string }>();
    expect(rest).toEqual({
      valid: true,
      userId: "ada",
      method: "totp",
      backupCodes: { remaining: 10 },
    });
    const jwks = await (await call("GET", "/.well-known/jwks.json")).json<JSONWebKeySet>();
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(jwks), {
      audience: app.id,
      issuer: "https://2fa.test",
      typ: "assertion+jwt",
      algorithms: ["ES256"],
    });
    const iat = Math.floor(Date.now() / 1000);
    expect(payload).toEqual({
      iss: "https://2fa.test",
      aud: app.id,
      sub: "ada",
      jti: id,
      purpose: "payment:4711",
      iat,
      exp: iat + 120,
      amr: ["otp"],
    });
    expect(decodeProtectedHeader(assertion)).toEqual({
      alg: "ES256",
      kid: "test",
      typ: "assertion+jwt",
    });
  });

  it("says when a backup code was used", async () => {
    const { token } = await challenge();
    const response = await answer(token, user.backupCodes[0] ?? "");
    expect(await response.json()).toMatchObject({ method: "backup_code" });
  });
});

describe("a challenge", () => {
  it("says when it ends and what answers it", async () => {
    const { expiresAt, methods } = await challenge({ ttlSeconds: 60 });
    expect(Date.parse(expiresAt) - Date.now()).toBe(60_000);
    expect(methods).toEqual(["totp", "backup_code"]);
  });

  it("is over when it has expired", async () => {
    const { token } = await challenge({ ttlSeconds: 60 });
    elapse(60);
    expect(await problemCode(await answer(token, codeOf(user.phone)))).toBe("invalid_challenge");
  });

  it("takes five wrong codes, and then not even a right one", async () => {
    const { token } = await challenge();
    for (let attempts = 0; attempts < 4; attempts++) {
      expect(await problemCode(await answer(token, wrongCodeOf(user.phone)))).toBe("invalid_code");
    }
    await app.v1("POST", "/users/ada/unlock");
    expect(await problemCode(await answer(token, wrongCodeOf(user.phone)))).toBe("invalid_code");
    expect(await problemCode(await answer(token, codeOf(user.phone)))).toBe("invalid_challenge");
  });

  it("says with the fifth wrong code that it is used up, and how long codes are refused", async () => {
    const { token } = await challenge();
    const answers: { attemptsRemaining?: number; wait: string | null }[] = [];
    for (let attempts = 0; attempts < 5; attempts++) {
      const response = await answer(token, wrongCodeOf(user.phone));
      const { attemptsRemaining } = await response.json<{ attemptsRemaining: number }>();
      answers.push({ attemptsRemaining, wait: response.headers.get("retry-after") });
    }
    expect(answers.pop()).toEqual({ attemptsRemaining: 0, wait: "30" });
    expect(new Set(answers.map((one) => JSON.stringify(one)))).toEqual(new Set(['{"wait":null}']));
  });

  it("says of no time with the wrong code that caps the user: none opens it again", async () => {
    const settings = { strikeCap: 10, failuresBeforeLock: 10 };
    await admin("PATCH", `/apps/${app.id}`, { body: { settings } });
    for (let failures = 0; failures < 9; failures++)
      await app.verify("ada", wrongCodeOf(user.phone));
    const { token } = await challenge();
    const last = await answer(token, wrongCodeOf(user.phone));
    expect(await (await app.v1("GET", "/users/ada")).json()).toMatchObject({ capped: true });
    expect([last.status, last.headers.get("retry-after")]).toEqual([422, null]);
  });

  it("may be answered from anywhere unless the app has registered origins", async () => {
    const { token } = await challenge();
    const response = await answer(token, codeOf(user.phone), { origin: "https://shop.example" });
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
  });

  it("is answered only from the app's registered origins, and a refusal there costs nothing", async () => {
    const settings = { allowedOrigins: ["https://shop.example"] };
    await admin("PATCH", `/apps/${app.id}`, { body: { settings } });
    const { token } = await challenge();
    const code = codeOf(user.phone);
    for (const headers of [{}, { origin: "null" }, { origin: "https://shop.example.evil" }]) {
      expect(await problemCode(await answer(token, code, headers))).toBe("origin_not_allowed");
    }
    expect((await answer(token, code, { origin: "https://shop.example" })).status).toBe(200);
  });

  it("lets a browser ask first", async () => {
    const response = await call("OPTIONS", "/v1/challenges/verify", {
      headers: { origin: "https://shop.example", "access-control-request-method": "POST" },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-methods")).toBe("POST");
  });

  it("is not made for a user without an active authenticator", async () => {
    const response = await app.v1("POST", "/challenges", { body: { userId: "nobody" } });
    expect(response.status).toBe(404);
  });
});

it("lets the browser read a refusal, also when there were too many", async () => {
  const address = { "cf-connecting-ip": "192.0.2.77" };
  const seen = new Map<number, Response>();
  // At most two of the platform's minutes' worth: the second may begin in between.
  for (let tries = 0; tries < 62 && !seen.has(429); tries++) {
    const response = await answer("sgc_junk", "123456", address);
    seen.set(response.status, response);
  }
  expect([...seen.keys()]).toEqual([401, 429]);
  for (const { headers } of seen.values()) {
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("access-control-expose-headers")).toContain("retry-after");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-request-id")).not.toBeNull();
  }
  expect(seen.get(429)?.headers.get("retry-after")).toBe("60");
  expect(await problemCode(seen.get(429) ?? new Response())).toBe("rate_limited");
});
