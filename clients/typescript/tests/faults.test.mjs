/** Nothing but a plain answer of the right app, about the right user, says that no code is needed. */

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { InvalidCode, Locked, Refused, Stepgate, StepgateError, Unavailable } from "stepgate";
import {
  APP,
  FAULTS,
  PATIENCE_MS,
  REFUSALS,
  SLOW,
  startFaulty,
  timeoutFor,
  WRONG_APPS,
} from "./faulty.mjs";

let server;

before(async () => {
  server = await startFaulty();
});
after(() => server.close());
beforeEach(() => {
  server.seen.length = 0;
});

function clientOf(fault, changed = {}) {
  const url = `${server.url}/${fault}`;
  return new Stepgate({ url, key: "sg_key", appId: APP, timeoutMs: timeoutFor(fault), ...changed });
}

describe("needsCode", { concurrency: 16 }, () => {
  test("is false for the plain answer", async () => {
    assert.equal(await clientOf("plain").needsCode("ada"), false);
    assert.equal(await clientOf("needed").needsCode("ada"), true);
  });

  for (const fault of Object.keys(FAULTS)) {
    test(`throws Unavailable for ${fault}`, async () => {
      await assert.rejects(clientOf(fault).needsCode("ada"), Unavailable);
    });
  }

  for (const fault of ["huge", "endless"]) {
    test(`stops reading ${fault} by its length, and not by its time`, async () => {
      const client = clientOf(fault);
      await assert.rejects(client.needsCode("ada"), /too long/);
    });
  }

  for (const refusal of Object.keys(REFUSALS)) {
    test(`throws Refused for ${refusal}`, async () => {
      await assert.rejects(clientOf(refusal).needsCode("ada"), Refused);
    });
  }

  for (const wrong of WRONG_APPS) {
    test(`throws for ${wrong}, at every call, and asks about nobody`, async () => {
      const client = clientOf(wrong);
      await assert.rejects(client.needsCode("ada"), StepgateError);
      await assert.rejects(client.needsCode("ada"), StepgateError);
      await assert.rejects(client.verify("ada", "000000"), StepgateError);
      assert.ok(!server.seen.some(({ path }) => path.startsWith(`/${wrong}/`)));
    });
  }

  for (const url of ["http://127.0.0.1:9", "https://nowhere.invalid", "https://127.0.0.1:9/x"]) {
    test(`throws Unavailable where nobody listens: ${url}`, async () => {
      await assert.rejects(clientOf("", { url }).needsCode("ada"), Unavailable);
    });
  }

  test("throws for what is no user id, and sends nothing", async () => {
    const client = clientOf("plain+ids");
    for (const id of [undefined, null, "", ".", "..", 7, {}, ["ada"], "\ud800"]) {
      await assert.rejects(client.needsCode(id), { code: "invalid_request" });
    }
    assert.ok(!server.seen.some(({ path }) => path.startsWith("/plain+ids/")));
  });

  test("takes both spellings of é for one user, and not for another", async () => {
    const fetch = answering((id) => ({ userId: id.normalize("NFC") }));
    assert.equal(await clientOf("", { fetch }).needsCode("e\u0301"), false);
    const raw = answering((id) => ({ userId: id }));
    await assert.rejects(clientOf("", { fetch: raw }).needsCode("e\u0301"), Unavailable);
  });
});

test("a field that objects inherit is no part of an answer", async (t) => {
  t.after(() => delete Object.prototype.twoFactor);
  // What a flaw elsewhere in the process can do. It is not enumerable, so that nothing else trips.
  const inherited = { value: false, configurable: true };
  // oxlint-disable-next-line no-extend-native -- that is what is tried
  Object.defineProperty(Object.prototype, "twoFactor", inherited);
  await assert.rejects(clientOf("missing").needsCode("ada"), Unavailable);
});

test("an attempt ends in time however slowly the answer comes", async () => {
  for (const fault of SLOW) {
    const client = clientOf(fault);
    await client.check();
    const begun = performance.now();
    await assert.rejects(client.verify("ada", "000000"), Unavailable);
    assert.ok(performance.now() - begun < 2 * PATIENCE_MS, fault);
  }
});

test("an attempt ends in time when fetch does not look at the signal", async () => {
  await assert.rejects(clientOf("", { fetch: never, timeoutMs: 20 }).check(), /too late/);
});

test("no fault makes a code right, and none sends it twice", async () => {
  const faults = [...Object.keys(FAULTS), ...Object.keys(REFUSALS)];
  await Promise.all(
    faults.map(async (fault) => {
      await assert.rejects(clientOf(fault).verify("ada", "000000"), StepgateError, fault);
      assert.equal(countSeen(fault), 1, fault);
    }),
  );
});

test("`valid: false` is thrown, and `valid` has to be plain", async () => {
  const wrong = { valid: false, attemptsRemaining: 0, lockedUntil: "2026-10-01T12:00:40.000Z" };
  const client = clientOf("", { fetch: always(wrong, 200, { "retry-after": "30" }) });
  await assert.rejects(client.verify("ada", "000000"), (error) => {
    assert.ok(error instanceof InvalidCode);
    assert.equal(error.attemptsRemaining, 0);
    assert.equal(error.retryAfter, 30);
    assert.deepEqual(error.lockedUntil, new Date(wrong.lockedUntil));
    return true;
  });
  for (const valid of ["true", 1, null, undefined, {}]) {
    const fetch = always({ valid, method: "totp", backupCodes: { remaining: 1 } });
    await assert.rejects(clientOf("", { fetch }).verify("ada", "000000"), Unavailable);
  }
});

test("a problem tells its code, and which kind of error it is", async () => {
  const kinds = { invalid_code: InvalidCode, locked: Locked, not_enrolled: Refused };
  for (const [code, kind] of Object.entries(kinds)) {
    const fetch = always({ code, title: "No.", detail: "d" }, 422, {}, "application/problem+json");
    await assert.rejects(clientOf("", { fetch }).verify("ada", "1"), (error) => {
      assert.equal(error.constructor, kind);
      assert.deepEqual([error.code, error.status, error.detail], [code, 422, "d"]);
      return true;
    });
  }
});

test("a question is sent twice, and what has a code or destroys something once", async () => {
  const client = clientOf("status500");
  await client.check();
  const proof = { code: "000000" };
  for (const [calls, call] of [
    [2, () => client.status("ada")],
    [2, () => client.enrol("ada")],
    [2, () => client.rotateBackupCodes("ada")],
    [2, () => client.challenge("ada")],
    [2, () => client.importAuthenticator("ada", { secret: "A".repeat(32), active: true })],
    [1, () => client.importAuthenticator("ada", { secret: "A".repeat(32), code: "000000" })],
    [1, () => client.enrol("ada", { proof })],
    [1, () => client.rotateBackupCodes("ada", { proof })],
    [1, () => client.verify("ada", "000000")],
    [1, () => client.resync("ada", ["000000", "111111"])],
    [1, () => client.confirm("ada", "auth_1", "000000")],
    [1, () => client.redeem("code", { challengeId: "chal_1" })],
    [1, () => client.remove("ada", "auth_1")],
    [1, () => client.unlock("ada")],
    [1, () => client.deleteUser("ada")],
  ]) {
    server.seen.length = 0;
    await assert.rejects(call(), Unavailable);
    assert.equal(server.seen.length, calls, String(call));
  }
});

test("a repeated creation has the same Idempotency-Key, and another one has its own", async () => {
  const client = clientOf("hangUp");
  await assert.rejects(client.enrol("ada"), Unavailable);
  await assert.rejects(client.enrol("ada"), Unavailable);
  const [first, again, other] = server.seen.map(({ headers }) => headers["idempotency-key"]);
  assert.match(first, /^[\da-f-]{36}$/);
  assert.equal(again, first);
  assert.notEqual(other, first);
});

test("the key is checked once, and before the first call", async () => {
  const asked = [];
  const fetch = (url, init) => {
    asked.push(new URL(url).pathname);
    return answering()(url, init);
  };
  const client = clientOf("", { fetch });
  await client.needsCode("ada");
  await client.needsCode("ada");
  assert.deepEqual(asked, ["/v1/app", "/v1/users/ada", "/v1/users/ada"]);
});

test("settings that nothing can be sent with are refused at once", () => {
  for (const changed of [
    { url: "http://stepgate.example" },
    { url: "http://127.0.0.1.example" },
    { url: "ftp://localhost" },
    { url: "localhost:8000" },
    { url: "https://user:word@host" },
    { url: "https://host/?x" },
    { url: "" },
    { key: "" },
    { key: "sg_key\n" },
    { appId: "" },
    { appId: undefined },
    { timeoutMs: 0 },
    { timeoutMs: Number.NaN },
  ]) {
    assert.throws(() => clientOf("", changed), TypeError, JSON.stringify(changed));
  }
  for (const url of ["http://localhost:8000", "http://[::1]:8000/", "https://host/prefix/"]) {
    assert.ok(clientOf("", { url }));
  }
});

test("an address of the visitor that is none is left out", async () => {
  const client = clientOf("plain");
  const userAgent = `Browser \u2603\r\n${"x".repeat(600)}`;
  await client.needsCode("ada", { visitor: { ip: "fe80::1%eth0", userAgent } });
  await client.needsCode("ada", { visitor: { ip: "2001:db8::1" } });
  const [first, second] = server.seen.map(({ headers }) => headers);
  assert.equal(first["stepgate-user-ip"], undefined);
  assert.match(first["stepgate-user-agent"], /^Browser \?\?\?x+$/);
  assert.equal(first["stepgate-user-agent"].length, 512);
  assert.equal(second["stepgate-user-ip"], "2001:db8::1");
});

function never() {
  return new Promise(() => {});
}

function countSeen(fault) {
  return server.seen.filter(({ path }) => path.startsWith(`/${fault}/`)).length;
}

/** Answers the check of the key well, and everything else with this. */
function always(body, status = 200, headers = {}, type = "application/json") {
  const app = { id: APP, name: "a", issuer: "a", key: { scopes: [], expiresAt: null } };
  return async (url) => {
    const isCheck = new URL(url).pathname.endsWith("/v1/app");
    if (isCheck) return Response.json(app);
    return Response.json(body, { status, headers: { "content-type": type, ...headers } });
  };
}

/** Somebody without a second factor, but for what `change` says of their id. */
function answering(change = () => ({})) {
  return async (url, init) => {
    const { userAnswer } = await import("./faulty.mjs");
    const id = decodeURIComponent(new URL(url).pathname.split("/").at(-1));
    return always(userAnswer(id, change(id)))(url, init);
  };
}
