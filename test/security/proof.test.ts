/**
 * Proof of the old factor: where an app demands it, a key alone changes nobody's factors, and a proof is
 * good once.
 */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import {
  admin,
  codeOf,
  createApp,
  createKey,
  elapse,
  enrol,
  enrolled,
  phoneWith,
  problemCode,
  useKey,
  wrongCodeOf,
  type EnrolledUser,
  type TestApp,
} from "../helpers";
import {
  challengeLink,
  enrolmentLink,
  inCore,
  opened,
  redemptionCode,
  settings,
  tokenOf,
} from "../links";
import {
  answerChallengeLink,
  cancelChallengeLink,
  openChallengeLink,
} from "../../src/core/challenge-links";
import { confirmByLink, enrolByLink, proveByLink } from "../../src/core/link-enrolment";
import { revoke } from "../world";
import {
  answer,
  attempts,
  challengeFor,
  contents,
  d1Whose,
  firstCode,
  isAccepted,
  rows,
  storedUser,
  together,
} from "./support";

const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
type Change = (ada: EnrolledUser, proof?: object, app?: TestApp) => Promise<Response>;

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings: { ...settings, requireProof: true } });
});

const withProof = (proof: object | undefined, body: object = {}) => ({ ...body, proof });

/** Every change of a user's factors that a key can make. */
const CHANGES: Record<string, Change> = {
  "adding an authenticator": (_ada, proof, by = app) =>
    by.v1("POST", "/users/ada/authenticators", { body: withProof(proof) }),
  "importing a pending one": (_ada, proof, by = app) =>
    by.v1("POST", "/users/ada/authenticators", { body: withProof(proof, { secret: SECRET }) }),
  "importing an active one": (_ada, proof, by = app) =>
    by.v1("POST", "/users/ada/authenticators", {
      body: withProof(proof, { secret: SECRET, active: true }),
    }),
  "importing one with its code": (_ada, proof, by = app) =>
    by.v1("POST", "/users/ada/authenticators", {
      body: withProof(proof, { secret: SECRET, code: codeOf(phoneWith(SECRET)) }),
    }),
  "removing one": ({ authenticatorId }, proof, by = app) =>
    by.v1("DELETE", `/users/ada/authenticators/${authenticatorId}`, { body: withProof(proof) }),
  "making new backup codes": (_ada, proof, by = app) =>
    by.v1("POST", "/users/ada/backup-codes", { body: withProof(proof) }),
  "deleting the user": (_ada, proof, by = app) =>
    by.v1("DELETE", "/users/ada", { body: withProof(proof) }),
};
const changes = Object.entries(CHANGES).map(([name, change]) => ({ name, change }));
/** Whatever hangs on it. */
const remove: Change = (...given) => CHANGES["removing one"]?.(...given) ?? Promise.reject();
const add: Change = (...given) =>
  CHANGES["adding an authenticator"]?.(...given) ?? Promise.reject();

/** The id of a challenge that was answered for a change of factors. */
async function answered(code: string, asked: object = { purpose: "factor_change" }) {
  const { id, token } = await challengeFor(app, "ada", asked);
  expect((await answer(token, code)).status).toBe(200);
  return id;
}

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
    const response = await change(ada);
    expect([response.status, await problemCode(response)]).toEqual([403, "proof_required"]);
    expect(await contents()).toEqual(before);
  });

  it("is done with a code of the factor, which is spent by it", async () => {
    const ada = await enrolled(app, "ada");
    const code = codeOf(ada.phone);
    expect((await change(ada, { code })).ok).toBe(true);
    expect(await attempts("success")).toBe(1);
    expect(await isAccepted(await app.verify("ada", code))).toBe(false);
  });

  it("is done with a backup code, in the typed form", async () => {
    const ada = await enrolled(app, "ada");
    expect((await change(ada, { code: firstCode(ada).toLowerCase() })).ok).toBe(true);
    expect(await attempts("success")).toBe(1);
  });

  it("is not done with a wrong code, which is charged like any", async () => {
    const ada = await enrolled(app, "ada");
    const before = await factors();
    const response = await change(ada, { code: wrongCodeOf(ada.phone) });
    expect([response.status, await problemCode(response)]).toEqual([422, "invalid_code"]);
    expect(await factors()).toEqual(before);
    expect(await storedUser("ada")).toMatchObject({ failures: 1, strikes: 1 });
    expect(await attempts("failure")).toBe(1);
  });

  it("is done with a challenge that was answered for it, once", async () => {
    const ada = await enrolled(app, "ada");
    const challengeId = await answered(codeOf(ada.phone));
    expect((await change(ada, { challengeId })).ok).toBe(true);
    const [row] = await rows("SELECT proven_epoch FROM challenges");
    const isGone = (await rows("SELECT * FROM users")).length === 0;
    if (!isGone) expect(row).toEqual({ proven_epoch: null });
    const again = await add(ada, { challengeId });
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
    expect(await problemCode(await change(ada, { code: wrongCodeOf(ada.phone) }))).toBe(
      "invalid_code",
    );
    expect(await problemCode(await change(ada, { challengeId: "chal_unknown" }))).toBe(
      "proof_required",
    );
    expect(await factors()).toEqual(before);
    expect((await change(ada, { code: codeOf(ada.phone) })).ok).toBe(true);
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

describe("a challenge proves nothing", () => {
  it.each([undefined, "login", "factor_change ", "Factor_change"])(
    "if it was answered for another purpose: %j",
    async (purpose) => {
      const ada = await enrolled(app, "ada");
      const challengeId = await answered(codeOf(ada.phone), { purpose });
      expect(await problemCode(await remove(ada, { challengeId }))).toBe("proof_required");
    },
  );

  it("while it is open, or after a wrong answer", async () => {
    const ada = await enrolled(app, "ada");
    const { id: challengeId, token } = await challengeFor(app, "ada", { purpose: "factor_change" });
    expect(await problemCode(await remove(ada, { challengeId }))).toBe("proof_required");
    await answer(token, wrongCodeOf(ada.phone));
    expect(await problemCode(await remove(ada, { challengeId }))).toBe("proof_required");
    expect(await rows("SELECT * FROM authenticators")).toHaveLength(1);
  });

  it("five minutes after its answer, and until then it does", async () => {
    const ada = await enrolled(app, "ada");
    const challengeId = await answered(codeOf(ada.phone));
    elapse(300);
    expect(await problemCode(await remove(ada, { challengeId }))).toBe("proof_required");
    elapse(-1);
    expect((await remove(ada, { challengeId })).status).toBe(204);
  });

  it("for somebody else, also of the same name in another app", async () => {
    const ada = await enrolled(app, "ada");
    const challengeId = await answered(codeOf(ada.phone));
    const bob = await enrolled(app, "bob");
    const ofBob = `/users/bob/authenticators/${bob.authenticatorId}`;
    const body = { proof: { challengeId } };
    expect(await problemCode(await app.v1("DELETE", ofBob, { body }))).toBe("proof_required");
    const other = await createApp({ settings: { requireProof: true } });
    const there = await enrolled(other, "ada");
    const path = `/users/ada/authenticators/${there.authenticatorId}`;
    expect(await problemCode(await other.v1("DELETE", path, { body }))).toBe("proof_required");
    expect((await remove(ada, { challengeId })).status).toBe(204);
  });

  it("after anything else happened to the user's factors", async () => {
    const ada = await enrolled(app, "ada");
    const challengeId = await answered(codeOf(ada.phone));
    const made = await app.v1("POST", "/users/ada/backup-codes", {
      body: { proof: { code: firstCode(ada) } },
    });
    expect(made.status).toBe(200);
    expect(await problemCode(await remove(ada, { challengeId }))).toBe("proof_required");
  });

  it("when the key that asked was revoked since", async () => {
    const ada = await enrolled(app, "ada");
    const doomed = await createKey(app.id, {});
    const { v1 } = useKey(app.id, doomed);
    const made = await v1("POST", "/challenges", {
      body: { userId: "ada", purpose: "factor_change" },
    });
    const { id: challengeId, token } = await made.json<{ id: string; token: string }>();
    expect((await answer(token, codeOf(ada.phone))).status).toBe(200);
    await revoke(app.id, doomed);
    expect(await problemCode(await remove(ada, { challengeId }))).toBe("proof_required");
  });

  it("and costs the user nothing", async () => {
    const ada = await enrolled(app, "ada");
    const before = await contents();
    await remove(ada, { challengeId: "chal_unknown" });
    expect(await contents()).toEqual(before);
  });
});

describe("a challenge on a hosted page", () => {
  it("proves a change too", async () => {
    const ada = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada", { purpose: "factor_change" });
    await redemptionCode(link, codeOf(ada.phone));
    expect((await remove(ada, { challengeId: link.id })).status).toBe(204);
  });

  it("that was cancelled there proves none, also after a wrong answer", async () => {
    const ada = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada", { purpose: "factor_change" });
    const wrong = wrongCodeOf(ada.phone);
    await inCore(async (deps) => {
      const { claims } = await openChallengeLink(deps, tokenOf(link));
      await expect(answerChallengeLink(deps, claims, wrong)).rejects.toThrow("invalid_code");
      await cancelChallengeLink(deps, claims);
    });
    expect(await problemCode(await remove(ada, { challengeId: link.id }))).toBe("proof_required");
  });
});

describe("of two changes at once with the same proof one is made", () => {
  it.each(["code", "challenge"])("a %s", async (kind) => {
    const ada = await enrolled(app, "ada");
    const second = await enrolledBeside(ada);
    const code = codeOf(second.phone);
    const proof = kind === "code" ? { code } : { challengeId: await answered(code) };
    const responses = await together(6, (at) => (at % 2 ? add(ada, proof) : remove(ada, proof)));
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

describe("an enrolment that was begun before there was a factor", () => {
  const begin = async () => {
    const { id, secret } = await enrol(app, "ada");
    const confirm = () =>
      app.v1("POST", `/users/ada/authenticators/${id}/confirm`, {
        body: { code: codeOf(phoneWith(secret)) },
      });
    return { id, confirm };
  };

  it("cannot be confirmed beside one, however many were begun", async () => {
    const [first, second, third] = [await begin(), await begin(), await begin()];
    expect((await first.confirm()).status).toBe(200);
    for (const { confirm } of [second, third]) {
      expect(await problemCode(await confirm())).toBe("proof_required");
    }
    const states = await rows("SELECT state FROM authenticators ORDER BY state");
    expect(states.map(({ state }) => state)).toEqual(["active", "pending", "pending"]);
  });

  it("nor when both are confirmed at once", async () => {
    const both = [await begin(), await begin()];
    const responses = await Promise.all(both.map(({ confirm }) => confirm()));
    expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 403]);
    expect(await rows("SELECT * FROM authenticators WHERE state = 'active'")).toHaveLength(1);
  });

  it("nor when the app begins to demand proof only then", async () => {
    app = await createApp();
    const ada = await enrolled(app, "ada");
    const begun = await begin();
    await admin("PATCH", `/apps/${app.id}`, { body: { settings: { requireProof: true } } });
    expect(await problemCode(await begun.confirm())).toBe("proof_required");
    const proven = await enrol(app, "ada", { proof: { code: codeOf(ada.phone) } });
    const code = codeOf(phoneWith(proven.secret));
    const path = `/users/ada/authenticators/${proven.id}/confirm`;
    expect((await app.v1("POST", path, { body: { code } })).status).toBe(200);
  });
});

describe("an enrolment that is given up", () => {
  it("needs no proof, as long as it is pending", async () => {
    const ada = await enrolled(app, "ada");
    const { id } = await enrol(app, "ada", { proof: { code: codeOf(ada.phone) } });
    expect((await app.v1("DELETE", `/users/ada/authenticators/${id}`)).status).toBe(204);
    expect(await rows("SELECT id FROM authenticators")).toEqual([{ id: ada.authenticatorId }]);
  });

  it("needs one, if it is confirmed before that is written", async () => {
    const { id } = await enrol(app, "ada");
    const confirmed = `UPDATE authenticators SET state = 'active', expires_at = NULL WHERE id = '${id}'`;
    const bindings = d1Whose(async (commit) => {
      await env.DB.prepare(confirmed).run();
      return commit();
    });
    const refused = await app.v1("DELETE", `/users/ada/authenticators/${id}`, { bindings });
    expect(await problemCode(refused)).toBe("conflict");
    expect(await rows("SELECT state FROM authenticators")).toEqual([{ state: "active" }]);
  });
});

describe("what asks for a code itself", () => {
  it("is not asked for another: a link, and its confirmation", async () => {
    const ada = await enrolled(app, "ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    await inCore((deps) => proveByLink(deps, browser, codeOf(ada.phone)));
    const { secret } = await inCore((deps) => enrolByLink(deps, browser));
    const code = codeOf(phoneWith(secret));
    expect(await inCore((deps) => confirmByLink(deps, browser, code))).toMatchObject({
      status: "active",
    });
  });

  it("a reset user comes back without one, with the token of the reset", async () => {
    await enrolled(app, "ada");
    const { id } = await storedUser("ada");
    const reset = await admin("POST", `/users/${id}/reset`, { body: { reason: "Lost phone" } });
    const { rebindToken } = await reset.json<{ rebindToken: string }>();
    expect((await enrolled(app, "ada", { rebindToken })).backupCodes).toHaveLength(10);
  });

  it("the operator needs none", async () => {
    await enrolled(app, "ada");
    const { id } = await storedUser("ada");
    const imported = await admin("POST", `/users/${id}/authenticators`, {
      body: { secret: SECRET },
    });
    expect(imported.status).toBe(201);
    expect((await admin("DELETE", `/users/${id}`)).status).toBe(204);
  });
});

describe("a locked user", () => {
  it("proves nothing, and the right code is not spent", async () => {
    const ada = await enrolled(app, "ada");
    for (let times = 0; times < 5; times++) await remove(ada, { code: wrongCodeOf(ada.phone) });
    const code = codeOf(ada.phone);
    const refused = await remove(ada, { code });
    expect([await problemCode(refused), refused.headers.has("retry-after")]).toEqual([
      "locked",
      true,
    ]);
    await app.v1("POST", "/users/ada/unlock");
    expect((await remove(ada, { code })).status).toBe(204);
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
