import {
  createLocalJWKSet,
  exportSPKI,
  exportJWK,
  generateKeyPair,
  importJWK,
  importPKCS8,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey as JoseKey,
  type JSONWebKeySet,
  type JWK_EC_Public,
} from "jose";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { as, auth, challengeOf, protect, register, tokensOf, type Protected } from "../account";
import {
  admin,
  bearer,
  call,
  codeOf,
  createApp,
  elapse,
  enrolled,
  ORIGIN,
  problemCode,
} from "../service";
import { operations } from "../operations";
import { TEST_SECRETS } from "../secrets";
import { request, restoreWorld } from "../world";
import { claimsOf, type Claims } from "./account-support";
import { answer, challengeFor, freshAddress } from "./support";

let person: Protected;
let claims: Claims;
let ours: JoseKey;
let other: JoseKey;

beforeAll(async () => {
  const [, encoded = ""] = TEST_SECRETS.SIGNING_KEYS.split(":");
  const der = Uint8Array.fromBase64(encoded, { alphabet: "base64url" }).toBase64();
  const pem = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----`;
  ours = await importPKCS8(pem, "ES256", { extractable: true });
  ({ privateKey: other } = await generateKeyPair("ES256", { extractable: true }));
});

beforeEach(async () => {
  person = await protect(await register("ada@example.com"));
  claims = claimsOf(person.tokens);
});

const utf8 = new TextEncoder();

async function published(): Promise<JWK_EC_Public & { kty: "EC" }> {
  const response = await call("GET", "/.well-known/jwks.json");
  const { keys } = await response.json<{ keys: (JWK_EC_Public & { kty: "EC" })[] }>();
  const [key] = keys;
  if (!key) throw new Error("no key");
  return key;
}

const HEADER = { alg: "ES256", kid: "test", typ: "at+jwt" };

function sign(header: object, changes: object = {}, key: JoseKey | Uint8Array = ours) {
  const protectedHeader = { ...HEADER, ...header };
  return new SignJWT({ ...claims, ...changes }).setProtectedHeader(protectedHeader).sign(key);
}

function without(token: string, part: number): string {
  return token
    .split(".")
    .map((text, at) => (at === part ? "" : text))
    .join(".");
}

/** The payload of one with the head and the signature of another. */
async function transplanted(): Promise<string> {
  const [head, , signature] = person.tokens.accessToken.split(".");
  const [, payload] = (await sign({}, { sid: "ses_aaaaaaaaaaaaaaaa" })).split(".");
  return [head, payload, signature].join(".");
}

/** All but right: each is what an attacker could make, or ours for another purpose. */
const FORGERIES: Record<string, () => Promise<string> | string> = {
  "alg none": () => new UnsecuredJWT(claims).encode(),
  "alg none with our header": () => {
    const head = { ...HEADER, alg: "none" };
    const encode = (value: object) =>
      utf8.encode(JSON.stringify(value)).toBase64({ alphabet: "base64url", omitPadding: true });
    return `${encode(head)}.${encode(claims)}.`;
  },
  "HS256 under the public key": async () => {
    const pem = await exportSPKI(
      await importJWK(await published(), "ES256", { extractable: true }),
    );
    return sign({ alg: "HS256" }, {}, utf8.encode(pem));
  },
  "HS256 under the public key as it is published": async () =>
    sign({ alg: "HS256" }, {}, utf8.encode(JSON.stringify(await published()))),
  "HS256 under a coordinate of the public key": async () =>
    sign({ alg: "HS256" }, {}, utf8.encode((await published()).x)),
  "another ES256 key under our kid": () => sign({}, {}, other),
  "another ES256 key that the header brings along": async () => {
    const { d: _private, ...jwk } = await exportJWK(other);
    return sign({ jwk }, {}, other);
  },
  "an unknown kid": () => sign({ kid: "tests" }),
  "no kid": () => sign({ kid: undefined }),
  "a kid like a path": () => sign({ kid: "../../../../dev/null" }),
  "a kid like a query": () => sign({ kid: "test' OR '1'='1" }),
  "a kid of the prototype": () => sign({ kid: "__proto__" }),
  "an empty kid": () => sign({ kid: "" }),
  "a header that names where its key is": () => sign({ jku: "https://evil.test" }, {}, other),
  "another typ": () => sign({ typ: "JWT" }),
  "the typ of an assertion": () => sign({ typ: "assertion+jwt" }),
  "no typ": () => sign({ typ: undefined }),
  "another audience": () => sign({}, { aud: "app_aaaaaaaaaaaaaaaa" }),
  "no audience": () => sign({}, { aud: undefined }),
  "another issuer": () => sign({}, { iss: "https://evil.test" }),
  "our issuer with a slash": () => sign({}, { iss: `${ORIGIN}/` }),
  "no issuer": () => sign({}, { iss: undefined }),
  "an end a second ago": () => sign({}, { exp: Math.floor(Date.now() / 1000) - 1 }),
  "an end that is no number": () => sign({}, { exp: "2999-01-01" }),
  "no end": () => sign({}, { exp: undefined }),
  "a beginning to come": () => sign({}, { nbf: Math.floor(Date.now() / 1000) + 60 }),
  "no mark of its session's secret": () => sign({}, { session_mark: undefined }),
  "a mark that is no text": () => sign({}, { session_mark: 1 }),
  "an empty mark": () => sign({}, { session_mark: "" }),
  "the mark of another secret": () => sign({}, { session_mark: "A".repeat(16) }),
  "no session": () => sign({}, { sid: undefined }),
  "the session of nobody": () => sign({}, { sid: "ses_aaaaaaaaaaaaaaaa" }),
  "a session that is no text": () => sign({}, { sid: { id: claims.sid } }),
  "its head cut off": () => without(person.tokens.accessToken, 0),
  "its payload cut off": () => without(person.tokens.accessToken, 1),
  "its signature cut off": () => without(person.tokens.accessToken, 2),
  "another payload": transplanted,
};

describe("an access token with", () => {
  it.each(Object.entries(FORGERIES))("%s is refused, as no token is", async (_name, forge) => {
    const forged = await as({ accessToken: await forge() }, "GET", "/me");
    expect(forged.status).toBe(401);
    expect(await problemCode(forged)).toBe("unauthorized");
  });

  it("nothing changed, but signed by this test, is good: the others fail for what they are", async () => {
    expect((await as({ accessToken: await sign({}) }, "GET", "/me")).status).toBe(200);
  });

  it("its time over is refused, to the second", async () => {
    elapse(269);
    expect((await as(person.tokens, "GET", "/me")).status).toBe(200);
    elapse(1);
    expect((await as(person.tokens, "GET", "/me")).status).toBe(401);
  });
});

describe("our tokens of one kind", () => {
  async function assertion(): Promise<string> {
    const app = await createApp();
    const user = await enrolled(app, "bob");
    const { token } = await challengeFor(app, "bob");
    const answered = await answer(token, codeOf(user.phone));
    return (await answered.json<{ assertion: string }>()).assertion;
  }

  it("are none of the other: an assertion is no access token", async () => {
    expect((await as({ accessToken: await assertion() }, "GET", "/me")).status).toBe(401);
  });

  it("are none of the other: an access token is no assertion", async () => {
    const response = await call("GET", "/.well-known/jwks.json");
    const keys = createLocalJWKSet(await response.json<JSONWebKeySet>());
    const token = person.tokens.accessToken;
    const options = { issuer: ORIGIN, algorithms: ["ES256"], currentDate: new Date() };
    const read = (typ: string, audience: string) =>
      jwtVerify(token, keys, { ...options, typ, audience });
    await expect(read("assertion+jwt", "accounts")).rejects.toThrow("typ");
    expect((await read("at+jwt", "accounts")).payload).toMatchObject({
      sub: person.id,
      client_id: "accounts",
      aal: 2,
      amr: ["pwd", "otp", "mfa"],
    });
  });

  it("say enrolment to others while they are good for nothing else", async () => {
    await admin("PATCH", "/apps/accounts", { body: { settings: { secondFactor: "required" } } });
    const bound = await tokensOf(await register("bob@example.com"));
    expect(claimsOf(bound)).toMatchObject({ aud: "accounts/enrolment", aal: 1 });
    const refreshed = await auth("POST", "/refresh", {
      body: { refreshToken: bound.refreshToken },
    });
    expect(claimsOf(await refreshed.json())).toMatchObject({ aud: "accounts/enrolment" });
  });
});

/** Where a challenge token could be taken for something else. */
describe("a challenge token", () => {
  it("is no refresh token, no cookie and no trusted device", async () => {
    const token = await challengeOf(person);
    const refreshed = await auth("POST", "/refresh", { body: { refreshToken: token } });
    expect(refreshed.ok).toBe(false);
    for (const name of ["__Host-stepgate", "stepgate", "__Host-stepgate-device"]) {
      const headers = { cookie: `${name}=${token}` };
      expect((await auth("GET", "/me", { headers })).status).toBe(401);
    }
    const body = { email: person.email, password: person.password, deviceToken: "x" };
    for (const deviceToken of [token.slice(0, 256), `sgd_${token.slice(4, 200)}`]) {
      const again = await auth("POST", "/login", { body: { ...body, deviceToken } });
      expect(await again.json()).toMatchObject({ status: "second_factor_required" });
    }
  });

  it("is no access token of any operation", async () => {
    const world = await restoreWorld();
    const kept = operations.filter(({ credential }) => credential !== "none");
    for (const operation of kept) {
      for (const token of [world.person.challengeToken, world.token]) {
        const response = await request(operation, world, { headers: bearer(token) });
        expect({ name: operation.name, status: response.status }).toMatchObject({ status: 401 });
      }
    }
  });

  it("of a log-in is none of a server, and that of a server none of a log-in", async () => {
    const app = await createApp();
    const user = await enrolled(app, "bob");
    const [login, server] = [await challengeOf(person), await challengeFor(app, "bob")];
    expect(await problemCode(await answer(login, codeOf(person.phone)))).toBe("invalid_challenge");
    const body = { challengeToken: server.token, code: codeOf(user.phone) };
    const crossed = await auth("POST", "/challenge", { body });
    expect(await problemCode(crossed)).toBe("invalid_challenge");
    expect((await answer(server.token, codeOf(user.phone))).status).toBe(200);
  });
});

describe("what is no challenge token", () => {
  it("answers no log-in, whatever it is else", async () => {
    const { accessToken, refreshToken } = person.tokens;
    const token = await challengeOf(person);
    const junk = ["x", "sgc_", `${token}A`, token.slice(4), token.toUpperCase(), accessToken];
    for (const challengeToken of [...junk, refreshToken, `sgc_${accessToken}`]) {
      const body = { challengeToken, code: codeOf(person.phone) };
      const response = await auth("POST", "/challenge", { body, headers: freshAddress() });
      expect(await problemCode(response)).toBe("invalid_challenge");
    }
  });
});
