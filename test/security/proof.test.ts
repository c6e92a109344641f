/**
 * Proof of the old factor: where an app demands it, a key alone changes nobody's factors, and a proof is
 * good once.
 */

import { beforeEach, describe, expect, it } from "vitest";
import {
  codeOf,
  createApp,
  elapse,
  enrol,
  enrolled,
  phoneWith,
  problemCode,
  wrongCodeOf,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { settings } from "../links";
import { add, answered, changes, remove } from "./proof-support";
import { attempts, contents, firstCode, isAccepted, rows, storedUser, together } from "./support";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings: { ...settings, requireProof: true } });
});

/** What must not have changed: all but counters, notes and the last use of a key. */
async function factors() {
  const { users, authenticators, backup_codes } = await contents();
  const stable = (row: unknown) => {
    const { attempt: _, failures: _f, strikes: _s, strikes_at: _a, ...rest } = Object(row);
    return rest;
  };
  return { users: users?.map(stable), authenticators, backup_codes };
}

describe.each(changes)("$name, where the app demands proof", ({ change }) => {
  it("is refused without one, and changes nothing", async () => {
    const ada = await enrolled(app, "ada");
    const before = await contents();
    const response = await change(app, ada);
    expect([response.status, await problemCode(response)]).toEqual([403, "proof_required"]);
    expect(await contents()).toEqual(before);
  });

  it("is done with a code of the factor, which is spent by it", async () => {
    const ada = await enrolled(app, "ada");
    const code = codeOf(ada.phone);
    expect((await change(app, ada, { code })).ok).toBe(true);
    expect(await attempts("success")).toBe(1);
    expect(await isAccepted(await app.verify("ada", code))).toBe(false);
  });

  it("is done with a backup code, in the typed form", async () => {
    const ada = await enrolled(app, "ada");
    expect((await change(app, ada, { code: firstCode(ada).toLowerCase() })).ok).toBe(true);
    expect(await attempts("success")).toBe(1);
  });

  it("is not done with a wrong code, which is charged like any", async () => {
    const ada = await enrolled(app, "ada");
    const before = await factors();
    const response = await change(app, ada, { code: wrongCodeOf(ada.phone) });
    expect([response.status, await problemCode(response)]).toEqual([422, "invalid_code"]);
    expect(await factors()).toEqual(before);
    expect(await storedUser("ada")).toMatchObject({ failures: 1, strikes: 1 });
    expect(await attempts("failure")).toBe(1);
  });

  it("is done with a challenge that was answered for it, once", async () => {
    const ada = await enrolled(app, "ada");
    const challengeId = await answered(app, codeOf(ada.phone));
    expect((await change(app, ada, { challengeId })).ok).toBe(true);
    const unused = `SELECT * FROM challenges WHERE proven_epoch IS NOT NULL
      AND user_id IN (SELECT id FROM users)`;
    expect(await rows(unused)).toEqual([]);
    const again = await add(app, ada, { challengeId });
    expect(["proof_required", "not_enrolled"]).toContain(await problemCode(again));
  });
});

describe("a proof that is given where none is demanded", () => {
  beforeEach(async () => {
    app = await createApp();
  });

  it.each(changes)("is looked at all the same: $name", async ({ change }) => {
    const ada = await enrolled(app, "ada");
    const before = await factors();
    expect(await problemCode(await change(app, ada, { code: wrongCodeOf(ada.phone) }))).toBe(
      "invalid_code",
    );
    expect(await problemCode(await change(app, ada, { challengeId: "chal_unknown" }))).toBe(
      "proof_required",
    );
    expect(await factors()).toEqual(before);
    expect((await change(app, ada, { code: codeOf(ada.phone) })).ok).toBe(true);
  });

  it.each([{}, { code: "123456", challengeId: "chal_x" }, { code: "12345" }, "123456"])(
    "has to be one of the two: %j",
    async (proof) => {
      const ada = await enrolled(app, "ada");
      const before = await contents();
      const body = { proof };
      const path = `/users/ada/authenticators/${ada.authenticatorId}`;
      const response = await app.v1("DELETE", path, { body });
      expect([response.status, await problemCode(response)]).toEqual([422, "invalid_request"]);
      expect(await contents()).toEqual(before);
    },
  );

  it("of who has no factor is refused: there is nothing to prove", async () => {
    const response = await app.v1("POST", "/users/new/authenticators", {
      body: { proof: { code: "123456" } },
    });
    expect(await problemCode(response)).toBe("not_enrolled");
    expect(await rows("SELECT * FROM users")).toEqual([]);
  });
});

describe("a locked user", () => {
  it("proves nothing, and the right code is not spent", async () => {
    const ada = await enrolled(app, "ada");
    for (let times = 0; times < 5; times++)
      await remove(app, ada, { code: wrongCodeOf(ada.phone) });
    const code = codeOf(ada.phone);
    const refused = await remove(app, ada, { code });
    expect([await problemCode(refused), refused.headers.has("retry-after")]).toEqual([
      "locked",
      true,
    ]);
    await app.v1("POST", "/users/ada/unlock");
    expect((await remove(app, ada, { code })).status).toBe(204);
  });
});

describe("an Idempotency-Key", () => {
  const headers = { "idempotency-key": "once" };

  it("answers the same enrolment again, whose proof is spent", async () => {
    const ada = await enrolled(app, "ada");
    const body = { proof: { code: codeOf(ada.phone) } };
    const call = () => app.v1("POST", "/users/ada/authenticators", { body, headers });
    const responses = await together(4, call);
    expect(responses.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const ids = await Promise.all(responses.map((one) => one.json<{ id: string }>()));
    expect(new Set(ids.map(({ id }) => id)).size).toBe(1);
    expect(await attempts("success")).toBe(1);
  });

  it("is not used up by a wrong proof", async () => {
    const ada = await enrolled(app, "ada");
    const call = (code: string) =>
      app.v1("POST", "/users/ada/backup-codes", { body: { proof: { code } }, headers });
    expect(await problemCode(await call(wrongCodeOf(ada.phone)))).toBe("invalid_code");
    expect((await call(codeOf(ada.phone))).status).toBe(200);
  });
});

describe("a body that is no proof", () => {
  it("does not hide one: another content type is refused", async () => {
    app = await createApp();
    const ada = await enrolled(app, "ada");
    const response = await app.v1("DELETE", `/users/ada/authenticators/${ada.authenticatorId}`, {
      body: { proof: { code: wrongCodeOf(ada.phone) } },
      headers: { "content-type": "text/plain" },
    });
    expect(await problemCode(response)).toBe("unsupported_media_type");
    expect(await rows("SELECT * FROM authenticators")).toHaveLength(1);
  });

  it("is none, if it is empty, also where it calls itself JSON", async () => {
    app = await createApp();
    const ada = await enrolled(app, "ada");
    const response = await app.v1("DELETE", `/users/ada/authenticators/${ada.authenticatorId}`, {
      headers: { "content-type": "application/json" },
    });
    expect(response.status).toBe(204);
  });
});
describe("of two changes at once with the same proof one is made", () => {
  it.each(["code", "challenge"])("a %s", async (kind) => {
    const ada = await enrolled(app, "ada");
    const second = await enrolledBeside(ada);
    const code = codeOf(second.phone);
    const proof = kind === "code" ? { code } : { challengeId: await answered(app, code) };
    const responses = await together(6, (at) =>
      at % 2 ? add(app, ada, proof) : remove(app, ada, proof),
    );
    expect(responses.filter(({ ok }) => ok)).toHaveLength(1);
    const codes = await Promise.all(responses.filter(({ ok }) => !ok).map(problemCode));
    const expected = new Set(["invalid_code", "proof_required", "conflict", "not_found"]);
    expect(codes.filter((one) => !expected.has(String(one)))).toEqual([]);
    const removed = await rows("SELECT * FROM audit_events WHERE type = 'authenticator.removed'");
    const added = await rows("SELECT * FROM authenticators WHERE state = 'pending'");
    expect(removed.length + added.length).toBe(1);
  });
});

/** A second factor of the same user, enrolled with a proof of the first. */
async function enrolledBeside(ada: EnrolledUser) {
  const proof = { code: firstCode(ada) };
  const { id, secret } = await enrol(app, "ada", { proof });
  const phone = phoneWith(secret);
  const path = `/users/ada/authenticators/${id}/confirm`;
  const response = await app.v1("POST", path, { body: { code: codeOf(phone) } });
  expect(response.status).toBe(200);
  elapse(30);
  return { id, phone };
}
