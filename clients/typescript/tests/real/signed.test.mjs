/** The same client with a signing key, against the service that the variables name. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { InvalidCode, Stepgate } from "stepgate";

const { STEPGATE_URL: url, STEPGATE_SIGNING_KEY: key, STEPGATE_APP: appId } = process.env;
const REFUSED = { name: "Refused", code: "invalid_signature", status: 401 };

function clientOf(settings = {}) {
  return new Stepgate({ url, key, appId, ...settings });
}

function codeOf(secret) {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate();
}

test("a client that signs enrols, confirms and verifies", async () => {
  const client = clientOf();
  const visitor = { ip: "192.0.2.1", userAgent: "Browser \u2603  (two blanks)" };
  const userId = `user-${crypto.randomUUID()}`;
  const { id, secret } = await client.enrol(userId, { visitor });
  const code = codeOf(secret);
  const { backupCodes } = await client.confirm(userId, id, code, { visitor });
  assert.equal(await client.needsCode(userId, { visitor }), true);
  await assert.rejects(client.verify(userId, code), InvalidCode);
  const { method } = await client.verify(userId, backupCodes[0], { visitor });
  assert.equal(method, "backup_code");
  await client.remove(userId, id, { proof: { code: backupCodes[1] } });
});

test("a signature holds for user ids of every kind", async () => {
  const client = clientOf();
  for (const id of ["a/b", "100%", "é", "a b?c#d", "..a", "%2e%2e", "a+b", "a\\b", "'!()*|^~"]) {
    assert.equal((await client.status(id)).userId, id);
  }
});

test("what was changed on the way is refused", async () => {
  for (const change of [
    ({ body, ...rest }) => ({ ...rest, body: body.replace("000000", "111111") }),
    ({ body: _body, ...rest }) => rest,
    (init) => ({ ...init, headers: without(init.headers, "stepgate-user-ip") }),
  ]) {
    const fetch = (to, init) => globalThis.fetch(to, init.body ? change(init) : init);
    const visitor = { ip: "192.0.2.1" };
    await assert.rejects(clientOf({ fetch }).verify("ada", "000000", { visitor }), REFUSED);
  }
});

test("a signature of two minutes ago, or of another's clock, is refused", async () => {
  for (const minutes of [-2, 2]) {
    const now = () => Date.now() + minutes * 60_000;
    await assert.rejects(clientOf({ now }).check(), REFUSED);
  }
});

function without(headers, name) {
  const left = new Headers(headers);
  left.delete(name);
  return left;
}
