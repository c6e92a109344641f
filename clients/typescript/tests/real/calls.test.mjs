/** Every call, against the service that the variables name, with an independent phone. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { InvalidCode, Locked, Refused, Stepgate, StepgateError } from "stepgate";

const {
  STEPGATE_URL: url,
  STEPGATE_KEY: key,
  STEPGATE_APP: appId,
  STEPGATE_OTHER_KEY: otherKey,
  STEPGATE_RETURN_URL: returnUrl,
} = process.env;

const STRANGE_IDS = [
  "a/b",
  "100%",
  "é",
  "e\u0301",
  "日本",
  "a b?c#d",
  "~",
  "..a",
  "%2e%2e",
  "a+b",
  "a\\b",
  "$&",
  "{id}",
  "a;b",
  "😀",
  "undefined",
];
const client = new Stepgate({ url, key, appId });

function codeOf(secret, steps = 0) {
  const phone = new TOTP({ secret: Secret.fromBase32(secret) });
  return phone.generate({ timestamp: Date.now() + steps * 30_000 });
}

/** A code of no step around now. */
function wrongCodeOf(secret) {
  const near = new Set([-3, -2, -1, 0, 1, 2, 3].map((steps) => codeOf(secret, steps)));
  return ["000000", "111111", "222222", "333333"].find((code) => !near.has(code));
}

/** A new user with a second factor. Each of the backup codes is right once. */
async function enrolled(by = client) {
  const id = `user-${crypto.randomUUID()}`;
  const { id: authenticatorId, secret } = await by.enrol(id, { accountName: "ada@example.com" });
  const { backupCodes } = await by.confirm(id, authenticatorId, codeOf(secret));
  return { id, authenticatorId, secret, codes: [...backupCodes] };
}

/** What the browser does. */
async function answer(token, code) {
  const response = await fetch(`${url}/v1/challenges/verify`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token, code }),
  });
  const { assertion } = await response.json();
  return assertion;
}

test("the check tells the app and the scopes of the key", async () => {
  const app = await client.check();
  assert.equal(app.id, appId);
  assert.ok(app.scopes.includes("verify"));
  assert.equal(app.keyExpiresAt, null);
});

test("the wrong address, key or app lets nobody in", async () => {
  for (const changed of [
    { url: `${url}/v1` },
    { url: "http://127.0.0.1:9" },
    { key: "sg_wrong" },
    { key: otherKey },
    { appId: "app_other" },
  ]) {
    const wrong = new Stepgate({ url, key, appId, ...changed });
    await assert.rejects(wrong.needsCode("nobody"), StepgateError);
    await assert.rejects(wrong.verify("nobody", "000000"), StepgateError);
  }
});

test("the key of another app spends no code of a user of the same name", async () => {
  const { id: otherApp } = await (
    await fetch(`${url}/v1/app`, { headers: { authorization: `Bearer ${otherKey}` } })
  ).json();
  const elsewhere = new Stepgate({ url, key: otherKey, appId: otherApp });
  const namesake = await enrolled(elsewhere);
  const mixedUp = new Stepgate({ url, key: otherKey, appId });
  await assert.rejects(mixedUp.verify(namesake.id, namesake.codes[0]), StepgateError);
  await elsewhere.verify(namesake.id, namesake.codes[0]);
});

test("a code is needed once an authenticator is confirmed", async () => {
  assert.equal(await client.needsCode("nobody"), false);
  const ada = await enrolled();
  assert.equal(await client.needsCode(ada.id), true);
  const user = await client.status(ada.id);
  assert.equal(user.backupCodesRemaining, 10);
  assert.equal(user.authenticators[0].active, true);
  assert.ok(user.authenticators[0].createdAt instanceof Date);
});

test("a code is right once", async () => {
  const ada = await enrolled();
  const code = codeOf(ada.secret, 1);
  const visitor = { ip: "192.0.2.1", userAgent: "Browser \u2603" };
  const { method, authenticatorId } = await client.verify(ada.id, code, { visitor });
  assert.deepEqual([method, authenticatorId], ["totp", ada.authenticatorId]);
  await assert.rejects(client.verify(ada.id, code), InvalidCode);
});

test("wrong codes count down and lock, and unlocking ends it", async () => {
  const ada = await enrolled();
  for (const attemptsRemaining of [4, 3, 2, 1, 0]) {
    const wrong = client.verify(ada.id, wrongCodeOf(ada.secret));
    await assert.rejects(wrong, { name: "InvalidCode", attemptsRemaining });
  }
  await assert.rejects(client.verify(ada.id, ada.codes[0]), (error) => {
    assert.ok(error instanceof Locked);
    assert.ok(error.lockedUntil > new Date() && error.retryAfter > 0);
    return true;
  });
  await client.unlock(ada.id);
  assert.equal((await client.verify(ada.id, ada.codes[0])).backupCodesRemaining, 9);
});

test("what can be no code is a wrong one and not counted", async () => {
  const ada = await enrolled();
  for (const typed of ["", "x", "12345", "1".repeat(300), "\ud800", "\0", undefined, 7]) {
    await assert.rejects(client.verify(ada.id, typed), InvalidCode, String(typed));
    // The service names half of a surrogate pair in a list by its place alone.
    const kind = typed === "\ud800" ? Refused : InvalidCode;
    await assert.rejects(client.resync(ada.id, [typed, "000000"]), kind, String(typed));
  }
  const wrong = client.verify(ada.id, wrongCodeOf(ada.secret));
  await assert.rejects(wrong, { attemptsRemaining: 4 });
});

test("what the service refuses has a code", async () => {
  await assert.rejects(client.verify("nobody", "000000"), { name: "Refused", status: 404 });
  await assert.rejects(client.unlock("nobody"), { code: "not_found" });
});

test("two codes in a row find a token again, and log nobody in", async () => {
  const ada = await enrolled();
  const codes = [codeOf(ada.secret, 3), codeOf(ada.secret, 4)];
  const { authenticatorId } = await client.resync(ada.id, codes);
  assert.equal(authenticatorId, ada.authenticatorId);
  await assert.rejects(client.verify(ada.id, codes[1]), InvalidCode);
  await client.verify(ada.id, codeOf(ada.secret, 5));
});

test("new backup codes end the old", async () => {
  const ada = await enrolled();
  const fresh = await client.rotateBackupCodes(ada.id, { proof: { code: ada.codes[0] } });
  assert.equal(fresh.length, 10);
  await assert.rejects(client.verify(ada.id, ada.codes[1]), InvalidCode);
  assert.equal((await client.rotateBackupCodes(ada.id)).length, 10);
});

test("an authenticator is removed with a proof", async () => {
  const ada = await enrolled();
  const wrong = { proof: { code: wrongCodeOf(ada.secret) } };
  await assert.rejects(client.remove(ada.id, ada.authenticatorId, wrong), InvalidCode);
  const right = { proof: { code: ada.codes[0] } };
  await client.remove(ada.id, ada.authenticatorId, right);
  assert.equal(await client.needsCode(ada.id), false);
});

test("a deleted user is unknown", async () => {
  const ada = await enrolled();
  await client.deleteUser(ada.id, { proof: { code: ada.codes[0] } });
  assert.equal((await client.status(ada.id)).known, false);
});

test("a secret that the phone has already is active at once, or pending", async () => {
  const secret = new Secret({ size: 20 });
  const id = `user-${crypto.randomUUID()}`;
  const code = codeOf(secret.base32);
  const given = { secret: secret.hex, encoding: "hex", code, backupCodes: true };
  const { status, backupCodes } = await client.importAuthenticator(id, given);
  assert.deepEqual([status, backupCodes.length], ["active", 10]);
  await client.verify(id, codeOf(secret.base32, 1));
  const other = {
    secret: new Secret({ size: 20 }).base32,
    name: "work",
    proof: { code: backupCodes[0] },
  };
  assert.equal((await client.importAuthenticator(id, other)).status, "pending");
  const wrong = { secret: secret.base32, code: wrongCodeOf(secret.base32) };
  await assert.rejects(client.importAuthenticator(`${id}-2`, wrong), InvalidCode);
});

test("user ids of every kind are one user each", async () => {
  for (const id of STRANGE_IDS) {
    await client.enrol(id);
    assert.equal((await client.status(id)).known, true, id);
    assert.equal((await client.status(`${id}x`)).known, false, id);
  }
});

test("user ids that no path can hold are refused", async () => {
  for (const id of ["", ".", "..", "\ud800", "\ufffd", "\n"]) {
    await assert.rejects(client.status(id), Refused, JSON.stringify(id));
  }
});

test("links lead to pages", async () => {
  const ada = await enrolled();
  const enrolment = await client.enrolmentLink(ada.id, { accountName: "ada", returnUrl });
  assert.ok(enrolment.url.startsWith(url));
  const asked = { purpose: "pay" };
  const link = await client.challengeLink(ada.id, { returnUrl, ...asked });
  assert.ok(link.url.startsWith(url) && link.expiresAt > new Date());
  const redemption = client.redeem("no-such-code", { challengeId: link.id, ...asked });
  await assert.rejects(redemption, { code: "not_found" });
});

test("the answer to a challenge is proved to its asker only", async () => {
  const ada = await enrolled();
  const { id, token } = await client.challenge(ada.id, { purpose: "pay:1", ttlSeconds: 60 });
  const assertion = await answer(token, ada.codes[0]);
  const proved = await client.verifyAssertion(assertion, { challengeId: id, purpose: "pay:1" });
  assert.deepEqual([proved.userId, proved.amr], [ada.id, ["otp", "backup_code"]]);
  for (const asked of [
    { challengeId: "chal_other", purpose: "pay:1" },
    { challengeId: id, purpose: "pay:2" },
    { challengeId: id },
  ]) {
    await assert.rejects(client.verifyAssertion(assertion, asked), { code: "invalid_assertion" });
  }
});

test("an answered challenge proves one change", async () => {
  const ada = await enrolled();
  const { id, token } = await client.challenge(ada.id, { purpose: "factor_change" });
  await answer(token, ada.codes[0]);
  await client.remove(ada.id, ada.authenticatorId, { proof: { challengeId: id } });
  assert.equal(await client.needsCode(ada.id), false);
});
