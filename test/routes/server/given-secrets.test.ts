/** Secrets that phones have from elsewhere, in whatever form their system has them. */

import { beforeEach, describe, expect, it } from "vitest";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrolled,
  phoneWith,
  problemCode,
  type TestApp,
} from "../../service";
import { isAccepted, rows, storedUser } from "../../security/support";

/** "12345678901234567890". */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const phone = phoneWith(SECRET);
/** 80 bits. */
const SHORT = "JBSWY3DPEHPK3PXP";

let app: TestApp;
beforeEach(async () => {
  app = await createApp();
});

const post = (body: object) => app.v1("POST", "/users/ada/authenticators", { body });

async function status() {
  const response = await app.v1("GET", "/users/ada");
  return response.json<{ authenticators: object[] }>();
}

/** A secret is given to the operator's import and to the one of a key. */
const IMPORTS: [string, (body: object) => Promise<Response>][] = [
  ["a key", (body) => post({ active: true, ...body })],
  [
    "the operator",
    async (body) => {
      await enrolled(app, "ada");
      const { id } = await storedUser("ada");
      return admin("POST", `/users/${id}/authenticators`, { body });
    },
  ],
];

describe.each(IMPORTS)("a secret that is given to %s", (_name, give) => {
  it.each([
    ["hex", "3132333435363738393031323334353637383930"],
    ["base64", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="],
    ["text", "12345678901234567890"],
    ["otpauth", `otpauth://totp/Example:ann?secret=${SECRET}&issuer=Example`],
    ["base32", "GEZDGNBVGY3TQOJQ–GEZD​GNBVGY3TQOJQ"],
  ])("is read in %s: %s", async (encoding, secret) => {
    expect((await give({ secret, encoding })).status).toBe(201);
    elapse(60);
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(true);
  });

  it.each([
    ["33 symbols of Base32", { secret: `${SECRET}A` }],
    ["bits left over that are not zero", { secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJRAB" }],
    ["80 bits", { secret: SHORT }],
    ["72 bits, however short they may be", { secret: "JBSWY3DPEHPK3PW", allowShort: true }],
    ["1,032 bits", { secret: "A".repeat(207) }],
    ["hex that calls itself Base32", { secret: "3132333435363738393031323334353637383930" }],
    [
      "an odd number of hex digits",
      { secret: "313233343536373839303132333435363", encoding: "hex" },
    ],
    ["HOTP", { secret: `otpauth://hotp/a:b?secret=${SECRET}&counter=1`, encoding: "otpauth" }],
    ["no URI", { secret: SECRET, encoding: "otpauth" }],
    ["a URI without a secret", { secret: "otpauth://totp/a:b?issuer=a", encoding: "otpauth" }],
    [
      "a URI with two",
      { secret: `otpauth://totp/a:b?secret=${SECRET}&Secret=${SECRET}`, encoding: "otpauth" },
    ],
    [
      "a URI with MD5",
      { secret: `otpauth://totp/a:b?secret=${SECRET}&algorithm=MD5`, encoding: "otpauth" },
    ],
    [
      "a URI with 5 digits",
      { secret: `otpauth://totp/a:b?secret=${SECRET}&digits=5`, encoding: "otpauth" },
    ],
    [
      "a URI with a period of 1e2",
      { secret: `otpauth://totp/a:b?secret=${SECRET}&period=1e2`, encoding: "otpauth" },
    ],
  ])("of %s is refused by name, and not shown", async (_why, body) => {
    const response = await give(body);
    const text = await response.clone().text();
    expect([response.status, await problemCode(response)]).toEqual([422, "invalid_request"]);
    expect(JSON.parse(text)).toMatchObject({ detail: expect.stringMatching(/^secret: /) });
    for (const part of [body.secret, SECRET]) expect(text).not.toContain(part);
    const imported = "SELECT * FROM audit_events WHERE type = 'authenticator.imported'";
    expect(await rows(imported)).toEqual([]);
  });

  it("in a URI is told by it how its codes are made", async () => {
    const parameters = { algorithm: "SHA256", digits: 8, period: 60 };
    const secret = `otpauth://totp/a:b?secret=${SECRET}&algorithm=sha256&digits=8&period=60`;
    expect((await give({ secret, encoding: "otpauth" })).status).toBe(201);
    elapse(120);
    expect(await isAccepted(await app.verify("ada", codeOf(phoneWith(SECRET, parameters))))).toBe(
      true,
    );
  });

  it.each([
    ["algorithm", "SHA512"],
    ["digits", 7],
    ["period", 30],
  ])("in a URI that says another %s than the call is refused", async (field, value) => {
    const secret = `otpauth://totp/a:b?secret=${SECRET}&algorithm=SHA256&digits=8&period=60`;
    const refused = await give({ secret, encoding: "otpauth", [field]: value });
    expect(await refused.json()).toMatchObject({
      code: "invalid_request",
      detail: expect.stringMatching(new RegExp(`^${field}: `)),
    });
  });

  it("of 80 bits is taken where it is allowed by name, noted and shown", async () => {
    expect((await give({ secret: SHORT, allowShort: true })).status).toBe(201);
    const { authenticators } = await status();
    expect(authenticators.at(-1)).toMatchObject({ status: "active", secretBits: 80 });
    const trail = await admin("GET", "/audit?type=authenticator.imported");
    expect(await trail.json()).toMatchObject({ items: [{ reason: "short_secret" }] });
    elapse(60);
    expect(await isAccepted(await app.verify("ada", codeOf(phoneWith(SHORT))))).toBe(true);
  });

  it("of 160 bits is noted as nothing special", async () => {
    await give({ secret: SECRET, allowShort: true });
    expect((await status()).authenticators.at(-1)).toMatchObject({ secretBits: 160 });
    const trail = await admin("GET", "/audit?type=authenticator.imported");
    expect(await trail.json()).toMatchObject({ items: [{ reason: null }] });
  });
});

describe("a pending import", () => {
  it("of 80 bits is noted and shown as well", async () => {
    expect((await post({ secret: SHORT, allowShort: true })).status).toBe(201);
    expect((await status()).authenticators).toMatchObject([{ status: "pending", secretBits: 80 }]);
    const trail = await admin("GET", "/audit?type=authenticator.enrolled");
    expect(await trail.json()).toMatchObject({ items: [{ reason: "short_secret" }] });
  });
});
