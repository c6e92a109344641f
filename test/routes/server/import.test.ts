/** Users of one's own back end who move over with the phone that they have. */

import { beforeEach, describe, expect, it } from "vitest";
import {
  admin,
  codeOf,
  createApp,
  createKey,
  elapse,
  enrolled,
  phoneWith,
  problemCode,
  useKey,
  wrongCodeOf,
  type TestApp,
} from "../../service";
import { contents, isAccepted, rows, storedUser, together } from "../../security/support";

/** "12345678901234567890". */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const phone = phoneWith(SECRET);

let app: TestApp;
beforeEach(async () => {
  app = await createApp();
});

const post = (body: object, headers: Record<string, string> = {}, userId = "ada") =>
  app.v1("POST", `/users/${userId}/authenticators`, { body, headers });
const moveOver = (body: object = {}, headers: Record<string, string> = {}) =>
  post({ secret: SECRET, ...body }, headers);

async function status(userId = "ada") {
  const response = await app.v1("GET", `/users/${userId}`);
  return response.json<{ twoFactor: boolean; authenticators: object[]; backupCodes: object }>();
}

describe("a phone that is vouched for", () => {
  it("is active in one call, and its user is made with it", async () => {
    const response = await moveOver({ active: true, name: "Old phone" });
    expect(response.status).toBe(201);
    const { id, ...rest } = await response.json<{ id: string }>();
    expect(rest).toEqual({ status: "active" });
    expect(await status()).toMatchObject({
      twoFactor: true,
      authenticators: [{ id, name: "Old phone", status: "active", lastUsedAt: null }],
      backupCodes: { remaining: 0 },
    });
  });

  it("has the code of this moment refused, uncharged, and the next one taken once", async () => {
    await moveOver({ active: true });
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(false);
    expect(await storedUser("ada")).toMatchObject({ failures: 0 });
    elapse(30);
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(true);
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(false);
  });
});

describe("what the other system knows of the phone", () => {
  const step = () => Math.floor(Date.now() / 30_000);

  it.each([5, -5])("is its drift: of a clock %i steps off, codes pass", async (drift) => {
    expect((await moveOver({ active: true, drift })).status).toBe(201);
    expect(await status()).toMatchObject({ authenticators: [{ driftSteps: drift }] });
    expect(await isAccepted(await app.verify("ada", codeOf(phone, drift)))).toBe(false);
    elapse(30 * 6);
    expect(await isAccepted(await app.verify("ada", codeOf(phone, drift)))).toBe(true);
  });

  it("is the last step: codes up to it are spent", async () => {
    await moveOver({ active: true, lastStep: step() + 1 });
    expect(await isAccepted(await app.verify("ada", codeOf(phone, 1)))).toBe(false);
    elapse(60);
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(true);
  });

  it("never brings back the code of this moment", async () => {
    await moveOver({ active: true, lastStep: 0, drift: -1 });
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(false);
    expect(await isAccepted(await app.verify("ada", codeOf(phone, 1)))).toBe(true);
  });

  it("is no step in the far future, which would refuse every code until then", async () => {
    const refused = await moveOver({ active: true, lastStep: step() + 11 });
    expect([refused.status, await problemCode(refused)]).toEqual([422, "invalid_request"]);
    expect((await status()).twoFactor).toBe(false);
    expect((await moveOver({ active: true, lastStep: step() + 10 })).status).toBe(201);
  });
});

describe("a dry run", () => {
  it("checks everything and writes nothing, not even the user", async () => {
    const before = await rows("SELECT id FROM audit_events");
    const response = await moveOver({ active: true, dryRun: true }, { "idempotency-key": "dry" });
    expect([response.status, await response.json()]).toEqual([200, { status: "importable" }]);
    expect(await rows("SELECT id FROM audit_events")).toEqual(before);
    expect(await rows("SELECT id FROM users")).toEqual([]);
    expect((await moveOver({ active: true })).status).toBe(201);
    const again = await moveOver({ active: true, dryRun: true });
    expect(await problemCode(again)).toBe("secret_in_use");
  });
});

describe("a phone that shows its code", () => {
  it("is active with it, and the code is spent", async () => {
    const response = await moveOver({ code: codeOf(phone) });
    expect([response.status, await response.json()]).toEqual([
      201,
      { id: expect.stringMatching(/^auth_/), status: "active" },
    ]);
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(false);
    expect(await isAccepted(await app.verify("ada", codeOf(phone, 1)))).toBe(true);
  });

  it("may be a step behind: that step is spent, and this one is not", async () => {
    expect((await moveOver({ code: codeOf(phone, -1) })).status).toBe(201);
    expect(await status()).toMatchObject({ authenticators: [{ driftSteps: -1 }] });
    expect(await isAccepted(await app.verify("ada", codeOf(phone, -1)))).toBe(false);
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(true);
  });

  it.each([2, -2])("%i steps off is refused by the app's window", async (steps) => {
    expect(await problemCode(await moveOver({ code: codeOf(phone, steps) }))).toBe("invalid_code");
  });

  it("is taken as its code is typed", async () => {
    const [a, b] = [codeOf(phone).slice(0, 3), codeOf(phone).slice(3)];
    expect((await moveOver({ code: ` ${a} ${b}`, active: true })).status).toBe(201);
  });

  it("with a wrong code makes nothing, and charges nothing: it is no guess", async () => {
    await enrolled(app, "ada");
    const before = await contents();
    const response = await moveOver({ code: wrongCodeOf(phone), active: true });
    expect([response.status, await problemCode(response)]).toEqual([422, "invalid_code"]);
    expect(await contents()).toEqual(before);
  });

  it("moves over once, also by parallel calls", async () => {
    const responses = await together(6, () => moveOver({ code: codeOf(phone) }));
    const codes = await Promise.all(responses.map(problemCode));
    expect(codes.filter((code) => code === 201)).toHaveLength(1);
    expect(codes.filter((code) => code === "secret_in_use")).toHaveLength(5);
  });
});

describe("backup codes", () => {
  it("come with the first factor if they are asked for", async () => {
    const response = await moveOver({ active: true, backupCodes: true });
    const { backupCodes } = await response.json<{ backupCodes: string[] }>();
    expect(new Set(backupCodes).size).toBe(10);
    expect(await isAccepted(await app.verify("ada", backupCodes[3]))).toBe(true);
  });

  it("of who has some already stay as they are", async () => {
    const { backupCodes } = await enrolled(app, "ada");
    const response = await moveOver({ code: codeOf(phone), backupCodes: true });
    expect(await response.json()).not.toHaveProperty("backupCodes");
    expect(await isAccepted(await app.verify("ada", backupCodes[0]))).toBe(true);
  });
});

describe("an import by key", () => {
  it("needs the scopes import and enrol", async () => {
    for (const scopes of [["enrol"], ["import"], ["verify", "enrol", "users"]]) {
      const { v1 } = useKey(app.id, await createKey(app.id, { scopes }));
      const body = { secret: SECRET, active: true };
      const response = await v1("POST", "/users/ada/authenticators", { body });
      expect(await problemCode(response)).toBe("insufficient_scope");
    }
    const { v1 } = useKey(app.id, await createKey(app.id, { scopes: ["enrol", "import"] }));
    const body = { secret: SECRET, active: true };
    expect((await v1("POST", "/users/ada/authenticators", { body })).status).toBe(201);
  });

  it("ends open challenges, as every factor does that becomes active", async () => {
    await enrolled(app, "ada");
    const before = await rows("SELECT epoch FROM users");
    await moveOver({ active: true });
    expect(await rows("SELECT epoch FROM users")).not.toEqual(before);
  });

  it("is in the audit trail with its key, without its secret or code", async () => {
    const code = codeOf(phone);
    await moveOver({ code });
    const text = await (await admin("GET", "/audit?type=authenticator.imported")).text();
    expect(JSON.parse(text)).toMatchObject({
      items: [{ actor: expect.stringMatching(/^key:/), outcome: "success", reason: null }],
    });
    expect(text).not.toContain(SECRET);
    expect(JSON.stringify(await contents())).not.toContain(SECRET);
  });

  it("does not bring a reset user back, nor one who is locked or disabled", async () => {
    const { phone: own } = await enrolled(app, "ada");
    const { id } = await storedUser("ada");
    for (let times = 0; times < 5; times++) await app.verify("ada", wrongCodeOf(own));
    expect(await problemCode(await moveOver({ active: true }))).toBe("locked");
    await admin("POST", `/users/${id}/reset`, { body: { reason: "Lost phone" } });
    expect(await problemCode(await moveOver({ active: true }))).toBe("rebinding_required");
    expect(await problemCode(await moveOver({ code: codeOf(phone) }))).toBe("rebinding_required");
    await admin("PATCH", `/users/${id}`, { body: { disabled: true } });
    expect(await problemCode(await moveOver({ active: true }))).toBe("user_disabled");
  });

  it.each([
    [{ active: true }, "active"],
    [{ code: "123456" }, "code"],
    [{ encoding: "hex" }, "encoding"],
    [{ allowShort: true }, "allowShort"],
    [{ secret: SECRET, backupCodes: true }, "backupCodes"],
    [{ secret: SECRET, code: "1234567" }, "code"],
    [{ secret: SECRET, code: "no code" }, "code"],
    [{ secret: SECRET, drift: 1 }, "drift"],
    [{ secret: SECRET, dryRun: true }, "dryRun"],
    [{ secret: SECRET, code: "123456", lastStep: 1 }, "lastStep"],
    [{ secret: SECRET, active: true, drift: 11 }, "drift"],
    [{ secret: SECRET, active: true, lastStep: -1 }, "lastStep"],
  ])("that makes no sense is refused by name: %j", async (body, field) => {
    const response = await post(body);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: "invalid_request",
      detail: expect.stringContaining(`${field}: `),
    });
    expect(await rows("SELECT * FROM users")).toEqual([]);
  });
});

describe("an Idempotency-Key of an import", () => {
  const headers = { "idempotency-key": "once" };

  it("answers the same authenticator again, for parallel calls and later ones", async () => {
    const body = { code: codeOf(phone) };
    const responses = await together(4, () => moveOver(body, headers));
    elapse(300);
    responses.push(await moveOver(body, headers));
    const answers = await Promise.all(responses.map((one) => one.json<{ id: string }>()));
    expect(responses.map((one) => one.status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await rows("SELECT * FROM authenticators")).toHaveLength(1);
  });

  it("shows backup codes once", async () => {
    const body = { active: true, backupCodes: true };
    expect((await moveOver(body, headers)).status).toBe(201);
    const again = await moveOver(body, headers);
    expect([again.status, await problemCode(again)]).toEqual([409, "already_created"]);
  });
});
