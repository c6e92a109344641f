import { describe, expect, it } from "vitest";
import {
  codeOf,
  createApp,
  elapse,
  enrol,
  enrolled,
  phoneWith,
  problemCode,
  wrongCodeOf,
  type TestApp,
} from "../service";
import { answer, challengeFor, isAccepted, rows, storedUser, together } from "./support";

/** Eight digits beside six, so that a code says whose it is. */
const EIGHT = { digits: 8 };
const MINUTE = 60;

async function pendingOf(app: TestApp, userId: string, body: object = EIGHT) {
  const { id, secret } = await enrol(app, userId, body);
  const confirm = (code: unknown) =>
    app.v1("POST", `/users/${userId}/authenticators/${id}/confirm`, { body: { code } });
  return { id, phone: phoneWith(secret, body), confirm };
}

describe("a pending authenticator", () => {
  it("verifies nothing and is no second factor when it is the only one", async () => {
    const app = await createApp();
    const { phone } = await pendingOf(app, "ada");
    expect(await problemCode(await app.verify("ada", codeOf(phone)))).toBe("not_enrolled");
    const created = await app.v1("POST", "/challenges", { body: { userId: "ada" } });
    expect(await problemCode(created)).toBe("not_enrolled");
    const rotated = await app.v1("POST", "/users/ada/backup-codes");
    expect(await problemCode(rotated)).toBe("not_enrolled");
    expect(await (await app.v1("GET", "/users/ada")).json()).toMatchObject({ twoFactor: false });
  });

  it("verifies nothing beside an active one, directly or by a challenge", async () => {
    const app = await createApp();
    const active = await enrolled(app, "ada");
    const { phone } = await pendingOf(app, "ada");
    const { token } = await challengeFor(app, "ada");
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(false);
    expect((await answer(token, codeOf(phone))).status).toBe(422);
    expect(await isAccepted(await app.verify("ada", codeOf(active.phone)))).toBe(true);
  });

  it("abandoned leaves the old one, its codes and its backup codes as they were", async () => {
    const app = await createApp();
    const active = await enrolled(app, "ada");
    const tables = ["authenticators WHERE state = 'active'", "backup_codes"];
    const state = async () => Promise.all(tables.map((table) => rows(`SELECT * FROM ${table}`)));
    const before = await state();
    for (let at = 0; at < 8; at++) await pendingOf(app, "ada", { name: `phone ${at}` });
    expect(await state()).toEqual(before);
    elapse(16 * MINUTE);
    expect(await isAccepted(await app.verify("ada", codeOf(active.phone)))).toBe(true);
  });

  it("expires after 15 minutes: its right code confirms nothing then", async () => {
    const app = await createApp();
    const { phone, confirm } = await pendingOf(app, "ada");
    elapse(15 * MINUTE);
    expect(await problemCode(await confirm(codeOf(phone)))).toBe("not_found");
    elapse(-1);
    expect((await confirm(codeOf(phone))).status).toBe(200);
  });

  it("is confirmed once, by one of 20 parallel confirmations", async () => {
    const app = await createApp();
    const { phone, confirm } = await pendingOf(app, "ada");
    const responses = await together(20, () => confirm(codeOf(phone)));
    const confirmed = responses.filter(({ status }) => status === 200);
    expect(confirmed).toHaveLength(1);
    const shown = await confirmed[0]?.json<{ backupCodes: string[] }>();
    expect(await rows("SELECT * FROM backup_codes")).toHaveLength(10);
    expect(await isAccepted(await app.verify("ada", shown?.backupCodes[9]))).toBe(true);
  });

  it("of two first ones confirmed at once, one set of backup codes is shown, and is good", async () => {
    const app = await createApp();
    const both = [await pendingOf(app, "ada"), await pendingOf(app, "ada")];
    const responses = await Promise.all(both.map(({ phone, confirm }) => confirm(codeOf(phone))));
    const bodies = await Promise.all(
      responses.map((one) => one.json<{ backupCodes?: string[] }>()),
    );
    const sets = bodies.flatMap(({ backupCodes }) => (backupCodes ? [backupCodes] : []));
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    expect(sets).toHaveLength(1);
    expect(await isAccepted(await app.verify("ada", sets[0]?.[0]))).toBe(true);
  });
});

describe("the tries of a pending authenticator", () => {
  it("are five, also of 50 parallel ones, and the right code behind them is refused", async () => {
    const app = await createApp();
    const { phone, confirm } = await pendingOf(app, "ada");
    const responses = await together(50, () => confirm(wrongCodeOf(phone)));
    const evaluated = responses.filter(({ status }) => status === 422);
    expect(evaluated).toHaveLength(5);
    expect(await problemCode(await confirm(codeOf(phone)))).toBe("enrolment_closed");
    expect(await rows("SELECT tries FROM authenticators")).toEqual([{ tries: 5 }]);
  });

  it("neither raise nor reset the user's guard, wrong or right", async () => {
    const app = await createApp();
    const active = await enrolled(app, "ada");
    for (let at = 0; at < 3; at++) await app.verify("ada", wrongCodeOf(active.phone));
    const guard = async () => {
      const { failures, strikes, locked_until, capped_at } = await storedUser("ada");
      return { failures, strikes, locked_until, capped_at };
    };
    const before = await guard();
    expect(before.failures).toBe(3);
    const { phone, confirm } = await pendingOf(app, "ada");
    for (let at = 0; at < 4; at++) await confirm(wrongCodeOf(phone));
    expect(await guard()).toEqual(before);
    expect((await confirm(codeOf(phone))).status).toBe(200);
    expect(await guard()).toEqual(before);
  });

  it("are not taken by what has the form of no code", async () => {
    const app = await createApp();
    const { phone, confirm } = await pendingOf(app, "ada");
    for (const code of ["", "12345", "A".repeat(24), 12345678, ["1"], "1234567"]) {
      expect(await problemCode(await confirm(code))).toBe("invalid_request");
    }
    expect((await confirm(codeOf(phone))).status).toBe(200);
  });

  it("are of one enrolment: the hint about a wrong clock costs one too, and accepts nothing", async () => {
    const app = await createApp();
    const { phone, confirm } = await pendingOf(app, "ada");
    for (const steps of [-10, 10, -5, 5, 2]) {
      const response = await confirm(codeOf(phone, steps));
      expect(await response.json()).toMatchObject({
        code: "clock_skew",
        offsetSeconds: steps * phone.period,
      });
    }
    expect(await problemCode(await confirm(codeOf(phone)))).toBe("enrolment_closed");
    expect(await (await app.v1("GET", "/users/ada")).json()).toMatchObject({ twoFactor: false });
  });
});
