/** An assertion proves one thing: who answered this challenge of this app for this purpose, now. */

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { beforeEach, test } from "node:test";
import { Stepgate, Unavailable } from "stepgate";

const URL_HERE = "https://stepgate.example";
const APP = "app_here";
const SETTINGS = { url: URL_HERE, key: "sg_key", appId: APP, fetch: issuer };
const NOW = 1_800_000_000;
const ASKED = { challengeId: "chal_1", purpose: "pay" };

let moment;
let keys;
let extra;
let asked;
let client;

beforeEach(() => {
  moment = NOW * 1000;
  keys = new Map([["one", generateKeyPairSync("ec", { namedCurve: "P-256" })]]);
  extra = [];
  asked = 0;
  client = new Stepgate({ ...SETTINGS, now: () => moment });
});

async function issuer(url) {
  if (url.endsWith("/v1/app")) {
    return Response.json({ id: APP, name: "a", issuer: "a", key: { scopes: [], expiresAt: null } });
  }
  asked++;
  const published = [...keys].map(([kid, { publicKey }]) => ({
    ...publicKey.export({ format: "jwk" }),
    kid,
    alg: "ES256",
    use: "sig",
  }));
  return Response.json({ keys: [...extra, ...published] });
}

function signed({ kid = "one", typ = "assertion+jwt", alg = "ES256", key, ...changed } = {}) {
  const claims = { iss: URL_HERE, aud: APP, sub: "ada", jti: "chal_1", purpose: "pay" };
  const dated = { ...claims, iat: NOW, exp: NOW + 120, amr: ["otp"], ...changed };
  const head = [{ alg, typ, kid }, dated].map((part) => encode(JSON.stringify(part))).join(".");
  if (alg === "none") return `${head}.`;
  const privateKey = key ?? keys.get(kid).privateKey;
  const options = { key: privateKey, dsaEncoding: "ieee-p1363" };
  return `${head}.${sign("sha256", Buffer.from(head), options).toString("base64url")}`;
}

function encode(text) {
  return Buffer.from(text).toString("base64url");
}

function assertRefused(assertion, expected = ASKED) {
  const refusal = { name: "Refused", code: "invalid_assertion", status: 401 };
  return assert.rejects(client.verifyAssertion(assertion, expected), refusal);
}

test("a good one names the user", async () => {
  assert.deepEqual(await client.verifyAssertion(signed(), ASKED), {
    challengeId: "chal_1",
    userId: "ada",
    purpose: "pay",
    amr: ["otp"],
    expiresAt: new Date((NOW + 120) * 1000),
  });
});

for (const fault of [
  { iss: "https://elsewhere.example" },
  { aud: "app_other" },
  { aud: ["app_other", APP] },
  { aud: [APP] },
  { exp: NOW - 60 },
  { exp: "tomorrow" },
  { iat: NOW + 600 },
  { nbf: NOW + 600 },
  { jti: "chal_2" },
  { sub: "" },
  { sub: 7 },
  { purpose: "login" },
  { purpose: undefined },
  { purpose: null },
  { typ: "JWT" },
  { typ: "at+jwt" },
  { typ: null },
  { kid: "one", alg: "none" },
  { alg: "HS256" },
  { alg: "ES384" },
  ...["iss", "aud", "sub", "jti", "iat", "exp"].map((name) => ({ [name]: undefined })),
]) {
  test(`everything in it is checked: ${Object.keys(fault).join()} ${JSON.stringify(fault)}`, async () => {
    await assertRefused(signed(fault));
  });
}

test("what was not asked for is not proved", async () => {
  for (const expected of [
    { challengeId: "chal_1" },
    { challengeId: "chal_2", purpose: "pay" },
    { challengeId: undefined, purpose: "pay" },
  ]) {
    await assertRefused(signed(), expected);
  }
  await client.verifyAssertion(signed({ purpose: undefined }), { challengeId: "chal_1" });
});

test("only the signature of a published key counts", async () => {
  const good = signed();
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  for (const text of [
    signed({ key: privateKey }),
    signed({ key: rsa.privateKey }),
    `${good.slice(0, -8)}AAAAAAAA`,
    `${good.slice(0, good.lastIndexOf("."))}.`,
    "",
    "a.b.c",
    "…",
    undefined,
  ]) {
    await assertRefused(text);
  }
});

test("clocks may differ by ten seconds", async () => {
  moment = (NOW + 129) * 1000;
  await client.verifyAssertion(signed(), ASKED);
  moment = (NOW + 131) * 1000;
  await assertRefused(signed());
});

test("the issuer may be another address than the one that is called", async () => {
  const issuerHere = "https://id.example";
  client = new Stepgate({ ...SETTINGS, issuer: issuerHere, now: () => moment });
  await client.verifyAssertion(signed({ iss: issuerHere }), ASKED);
  await assertRefused(signed());
});

test("keys are fetched once, again for a new one, and again after an hour", async () => {
  for (let time = 0; time < 3; time++) await client.verifyAssertion(signed(), ASKED);
  assert.equal(asked, 1);
  keys.set("two", generateKeyPairSync("ec", { namedCurve: "P-256" }));
  await client.verifyAssertion(signed({ kid: "two" }), ASKED);
  assert.equal(asked, 2);
  moment += 3_600_000;
  await assertRefused(signed());
  assert.equal(asked, 3);
});

test("a key that was withdrawn is trusted no longer than an hour", async () => {
  await client.verifyAssertion(signed(), ASKED);
  const late = signed({ iat: NOW + 3600, exp: NOW + 3720 });
  keys.delete("one");
  moment += 3_600_000;
  await assertRefused(late);
});

test("an unknown key costs one question", async () => {
  keys.set("two", generateKeyPairSync("ec", { namedCurve: "P-256" }));
  const unknown = signed({ kid: "two" });
  keys.delete("two");
  await assertRefused(unknown);
  assert.equal(asked, 1);
});

test("keys of another kind are passed over", async () => {
  extra = [{ kty: "OKP", crv: "Ed25519", kid: "three", x: "AA" }];
  await client.verifyAssertion(signed(), ASKED);
});

test("keys that cannot be read are no answer", async () => {
  for (const row of [
    { kty: "EC", crv: "P-256", kid: "one", x: "AA", y: "AA" },
    { kty: "EC", crv: "P-256", x: "AA", y: "AA" },
    "key",
  ]) {
    extra = [row];
    await assert.rejects(client.verifyAssertion(signed(), ASKED), Unavailable);
  }
});
