import { beforeEach, describe, expect, it } from "vitest";
import {
  codeOf,
  createApp,
  elapse,
  enrol,
  enrolled,
  problemCode,
  wrongCodeOf,
  type TestApp,
} from "../../helpers";

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
        },
      ],
      backupCodes: { remaining: 10 },
      lockedUntil: null,
      capped: false,
      rebindingRequired: false,
      disabled: false,
    });
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

  it("is 404 for a user who never enrolled", async () => {
    const response = await app.v1("GET", "/users/nobody");
    expect([response.status, await problemCode(response)]).toEqual([404, "not_found"]);
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
