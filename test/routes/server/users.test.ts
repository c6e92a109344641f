import { beforeEach, describe, expect, it } from "vitest";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrol,
  enrolled,
  problemCode,
  wrongCodeOf,
  type TestApp,
} from "../../service";
import { rows, storedUser } from "../../security/support";

let app: TestApp;
beforeEach(async () => {
  app = await createApp();
});

async function status(userId = "ada") {
  const response = await app.v1("GET", `/users/${userId}`);
  expect(response.status).toBe(200);
  return response.json<Record<string, unknown>>();
}

describe("the status of a user", () => {
  it("tells all that may be told, and nothing else", async () => {
    const { authenticatorId } = await enrolled(app, "ada", { name: "My phone" });
    expect(await status()).toEqual({
      appId: app.id,
      known: true,
      userId: "ada",
      twoFactor: true,
      authenticators: [
        {
          id: authenticatorId,
          name: "My phone",
          status: "active",
          createdAt: "2026-10-01T12:00:10.000Z",
          confirmedAt: "2026-10-01T12:00:10.000Z",
          lastUsedAt: "2026-10-01T12:00:10.000Z",
          driftSteps: 0,
          secretBits: 160,
        },
      ],
      backupCodes: { remaining: 10 },
      lockedUntil: null,
      capped: false,
      rebindingRequired: false,
      disabled: false,
    });
  });

  it("warns of few backup codes whoever has a second factor, and nobody else", async () => {
    await enrol(app, "ada");
    expect(await status()).toMatchObject({ twoFactor: false, backupCodes: { remaining: 0 } });
    expect((await status())["backupCodes"]).not.toHaveProperty("warning");
    expect((await status("stranger"))["backupCodes"]).toEqual({ remaining: 0 });
    const { backupCodes } = await enrolled(app, "bob");
    expect((await status("bob"))["backupCodes"]).toEqual({ remaining: 10 });
    for (const code of backupCodes.slice(0, 7)) await app.verify("bob", code);
    expect((await status("bob"))["backupCodes"]).toEqual({ remaining: 3, warning: "few_left" });
  });

  it("shows by how much the phone's clock was off, around which codes are right too", async () => {
    const { phone } = await enrolled(app, "ada");
    await app.verify("ada", codeOf(phone, 1));
    expect(await status()).toMatchObject({ authenticators: [{ driftSteps: 1 }] });
    elapse(90);
    const tooFar = await app.verify("ada", codeOf(phone, 3));
    expect(await tooFar.json()).toMatchObject({ valid: false });
    const further = await app.verify("ada", codeOf(phone, 2));
    expect(await further.json()).toMatchObject({ valid: true });
    expect(await status()).toMatchObject({ authenticators: [{ driftSteps: 2 }] });
  });

  it("is no second factor while the only authenticator is pending", async () => {
    await enrol(app, "ada");
    expect(await status()).toMatchObject({
      twoFactor: false,
      authenticators: [{ status: "pending" }],
    });
  });

  it("forgets a pending authenticator that has expired", async () => {
    await enrol(app, "ada");
    elapse(15 * 60);
    expect(await status()).toMatchObject({ authenticators: [] });
  });

  const unknown = {
    known: false,
    twoFactor: false,
    authenticators: [],
    backupCodes: { remaining: 0 },
    lockedUntil: null,
    capped: false,
    rebindingRequired: false,
    disabled: false,
  };

  it("is plain for a user whom the app has never named", async () => {
    expect(await status("nobody")).toEqual({ appId: app.id, userId: "nobody", ...unknown });
  });

  it("is that of an unknown one after a deletion, and in another app", async () => {
    await enrolled(app, "ada");
    const other = await createApp();
    const elsewhere = await (await other.v1("GET", "/users/ada")).json();
    expect(elsewhere).toEqual({ appId: other.id, userId: "ada", ...unknown });
    await app.v1("DELETE", "/users/ada");
    expect(await status()).toEqual({ appId: app.id, userId: "ada", ...unknown });
  });

  it("says that a disabled user needs a second factor, so that the password opens nothing", async () => {
    await enrol(app, "ada");
    await admin("PATCH", `/users/${(await storedUser("ada")).id}`, { body: { disabled: true } });
    expect(await status()).toMatchObject({ known: true, twoFactor: true, disabled: true });
  });
});

describe("the id of a user", () => {
  const composed = "Zo\u00eb";
  const decomposed = "Zoe\u0308";

  it("is one in both spellings of a letter, wherever it comes in", async () => {
    const { phone } = await enrolled(app, decomposed);
    expect(await status(encodeURIComponent(composed))).toMatchObject({
      known: true,
      userId: composed,
    });
    const right = await app.verify(composed, codeOf(phone));
    expect(await right.json()).toMatchObject({ valid: true });
    const asked = await app.v1("POST", "/challenges", { body: { userId: decomposed } });
    expect(asked.status).toBe(201);
    const found = await admin("GET", `/users?query=${encodeURIComponent(decomposed)}`);
    expect(await found.json()).toMatchObject({ items: [{ userId: composed }] });
    const body = { userId: decomposed, accountName: "Zo" };
    expect((await app.v1("POST", "/enrolment-links", { body })).status).toBe(201);
    expect(await rows("SELECT external_id AS id FROM enrolment_links")).toEqual([{ id: composed }]);
  });

  it("is another with other capitals, or with letters that only look the same", async () => {
    await enrolled(app, "Bob");
    for (const other of ["bob", "BOB", "B\u043eb", "\uff22ob", "Bob "]) {
      expect(await status(encodeURIComponent(other))).toMatchObject({ known: false });
    }
  });

  it.each(["%FF", "%ED%A0%80", "%C0%AF", "%E9"])("is nobody's that is no UTF-8: %s", async (id) => {
    const response = await app.v1("GET", `/users/${id}`);
    expect([response.status, await problemCode(response)]).toEqual([400, "malformed_request"]);
  });

  it("has nothing in it that stands for what was lost", async () => {
    const response = await app.v1("GET", "/users/J%EF%BF%BDrgen");
    expect([response.status, await problemCode(response)]).toEqual([422, "invalid_request"]);
  });
});

describe("backup codes", () => {
  it("verify once each, and the answer says how many are left", async () => {
    const { backupCodes } = await enrolled(app, "ada");
    for (const [used, code] of backupCodes.entries()) {
      const response = await app.verify("ada", code);
      const remaining = 9 - used;
      expect(await response.json()).toEqual({
        valid: true,
        method: "backup_code",
        backupCodes: remaining <= 3 ? { remaining, warning: "few_left" } : { remaining },
      });
    }
    expect(await (await app.verify("ada", backupCodes[0])).json()).toEqual({
      valid: false,
      attemptsRemaining: 5,
    });
  });

  it("are replaced as a set", async () => {
    const { backupCodes: old } = await enrolled(app, "ada");
    const response = await app.v1("POST", "/users/ada/backup-codes");
    expect(response.status).toBe(200);
    const { backupCodes } = await response.json<{ backupCodes: string[] }>();
    expect(await (await app.verify("ada", old[0])).json()).toMatchObject({ valid: false });
    expect(await (await app.verify("ada", backupCodes[0])).json()).toMatchObject({
      valid: true,
      backupCodes: { remaining: 9 },
    });
  });

  it("are not made for a user without an active authenticator", async () => {
    await enrol(app, "ada");
    const response = await app.v1("POST", "/users/ada/backup-codes");
    expect([response.status, await problemCode(response)]).toEqual([404, "not_enrolled"]);
  });
});

describe("a lock", () => {
  it("comes with the fifth failure, and ends by itself", async () => {
    const { phone } = await enrolled(app, "ada");
    for (let left = 4; left >= 0; left--) {
      const response = await app.verify("ada", wrongCodeOf(phone));
      const lock = left === 0 && { lockedUntil: new Date(Date.now() + 30_000).toISOString() };
      expect(await response.json()).toEqual({ valid: false, attemptsRemaining: left, ...lock });
      expect(response.headers.get("retry-after")).toBe(left === 0 ? "30" : null);
    }
    const locked = await app.verify("ada", codeOf(phone));
    expect([locked.status, locked.headers.get("retry-after")]).toEqual([429, "30"]);
    expect((await status())["lockedUntil"]).not.toBeNull();
    elapse(30);
    expect((await status())["lockedUntil"]).toBeNull();
    expect(await (await app.verify("ada", codeOf(phone))).json()).toMatchObject({ valid: true });
  });

  it("ends with an unlock, and the failures with it", async () => {
    const { phone } = await enrolled(app, "ada");
    for (let failures = 0; failures < 5; failures++) await app.verify("ada", wrongCodeOf(phone));
    expect((await app.v1("POST", "/users/ada/unlock")).status).toBe(204);
    expect(await (await app.verify("ada", wrongCodeOf(phone))).json()).toMatchObject({
      attemptsRemaining: 4,
    });
  });
});

it("deletes a user with all that belongs to them", async () => {
  const { phone, backupCodes } = await enrolled(app, "ada");
  expect((await app.v1("DELETE", "/users/ada")).status).toBe(204);
  for (const code of [codeOf(phone), backupCodes[0]]) {
    expect((await app.verify("ada", code)).status).toBe(404);
  }
  await enrol(app, "ada");
  expect(await status()).toMatchObject({ twoFactor: false, backupCodes: { remaining: 0 } });
});
