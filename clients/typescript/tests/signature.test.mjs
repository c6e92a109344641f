/** What a client with a signing key sends. That the service takes it is in real/signed.test.mjs. */

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Stepgate, Unavailable } from "stepgate";
import { APP, startFaulty } from "./faulty.mjs";

const SECRET = "x".repeat(43);
const KEY = `sgh_abcdefghij234567_${SECRET}`;
let server;

before(async () => {
  server = await startFaulty();
});
after(() => server.close());
beforeEach(() => {
  server.seen.length = 0;
});

function clientOf(fault, changed = {}) {
  return new Stepgate({ url: `${server.url}/${fault}`, key: KEY, appId: APP, ...changed });
}

function createdOf({ headers }) {
  return Number(/;created=(\d+);/.exec(headers["signature-input"])[1]);
}

test("a signing key is in nothing that is sent", async () => {
  const client = clientOf("needed+needed");
  await client.needsCode("ada", { visitor: { ip: "192.0.2.1", userAgent: "Browser" } });
  await client.verify("ada", "000000");
  assert.equal(server.seen.length, 2);
  for (const request of server.seen) {
    assert.equal(request.headers.authorization, undefined);
    assert.ok(!JSON.stringify(request).includes(SECRET));
  }
});

test("method, URL, body, visitor and Idempotency-Key are signed", async () => {
  const visitor = { ip: "192.0.2.1", userAgent: "Browser" };
  await assert.rejects(clientOf("hangUp").challenge("ada", { visitor }), Unavailable);
  const covered =
    '("@method" "@target-uri" "idempotency-key" "stepgate-user-ip" "stepgate-user-agent" "content-digest")';
  assert.ok(server.seen[0].headers["signature-input"].startsWith(`sig=${covered};`));
});

test("a repetition is signed anew", async () => {
  let now = 1_800_000_000_000;
  const client = clientOf("status500", { now: () => (now += 1000) });
  await assert.rejects(client.enrol("ada"), Unavailable);
  const [first, second] = server.seen;
  assert.equal(createdOf(second), createdOf(first) + 1);
  assert.notEqual(second.headers.signature, first.headers.signature);
  assert.equal(second.headers["idempotency-key"], first.headers["idempotency-key"]);
});

test("a signed request follows no redirect", async () => {
  await assert.rejects(clientOf("keptRedirect").verify("ada", "000000"), Unavailable);
  await assert.rejects(clientOf("keptRedirect").needsCode("ada"), Unavailable);
  assert.ok(!server.seen.some(({ path }) => path.startsWith("/plain/")));
});

test("half a signing key is refused at once, and never taken for a bearer", () => {
  for (const key of ["sgh_", KEY.slice(0, -1), `"${KEY}"`, `${KEY}x`, KEY.toUpperCase()]) {
    assert.throws(() => clientOf("plain", { key }), /^TypeError: The signing key is not whole\.$/);
  }
});
