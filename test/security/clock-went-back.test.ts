import { describe, expect, it } from "vitest";
import { admin, codeOf, createApp, elapse, enrolled, problemCode, type TestApp } from "../service";
import { answer, attempts, challengeFor, isAccepted, rows, storedUser } from "./support";

const HOUR = 3600;
/** Eight digits, so that codes of two steps are not equal by chance. */
const EIGHT = { digits: 8 };

const unlockByOperator = async () =>
  admin("POST", `/users/${(await storedUser("ada")).id}/unlock`, { body: { reason: "clock" } });

const UNLOCKS: [string, (app: TestApp) => Promise<Response>][] = [
  ["the operator", unlockByOperator],
  ["the back end", (app) => app.v1("POST", "/users/ada/unlock")],
];

/** Whose code was accepted while our clock, and the phone's, were an hour ahead. */
async function ahead(settings: object = {}) {
  const app = await createApp({ settings });
  const user = await enrolled(app, "ada", EIGHT);
  elapse(HOUR);
  const future = codeOf(user.phone);
  expect(await isAccepted(await app.verify("ada", future))).toBe(true);
  elapse(-HOUR);
  return { app, future, ...user };
}

async function refusedUntil(app: TestApp): Promise<string | undefined> {
  const status = await app.v1("GET", "/users/ada");
  const { authenticators } = await status.json<{ authenticators: { refusedUntil?: string }[] }>();
  return authenticators[0]?.refusedUntil;
}

describe("a clock that was ahead and has been set back", () => {
  it("costs the owner no charge, however many right codes they try, on either surface", async () => {
    const { app, phone } = await ahead();
    for (let at = 0; at < 12; at++) {
      const { token } = await challengeFor(app, "ada");
      for (const response of [
        await app.verify("ada", codeOf(phone)),
        await answer(token, codeOf(phone)),
      ]) {
        expect(await isAccepted(response)).toBe(false);
      }
      elapse(30);
    }
    expect(await storedUser("ada")).toMatchObject({ failures: 0, strikes: 0, locked_until: null });
    expect(await attempts("failure")).toBe(0);
  });

  it("is told by the status, with the time at which codes are good again by themselves", async () => {
    const { app, phone } = await ahead();
    const until = (await refusedUntil(app)) ?? "";
    elapse((Date.parse(until) - Date.now()) / 1000 - 31);
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(false);
    elapse(31);
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(true);
    expect(await refusedUntil(app)).toBeUndefined();
  });

  it.each(UNLOCKS)(
    "is mended by %s, who is told so; what was shown before stays spent",
    async (_name, unlock) => {
      const { app, phone, authenticatorId } = await ahead();
      const shown = [-1, 0, 1].map((steps) => codeOf(phone, steps));
      const unlocked = await unlock(app);
      expect(unlocked.status).toBe(200);
      expect(await unlocked.json()).toEqual({ broughtBack: [authenticatorId] });
      expect(await refusedUntil(app)).toBeUndefined();
      for (const code of shown) expect(await isAccepted(await app.verify("ada", code))).toBe(false);
      elapse(30);
      expect(await isAccepted(await app.verify("ada", codeOf(phone, 1)))).toBe(true);
      for (const code of shown) expect(await isAccepted(await app.verify("ada", code))).toBe(false);
      const events =
        "SELECT reason, authenticator_id FROM audit_events WHERE type = 'authenticator.step_reset'";
      expect(await rows(events)).toEqual([
        { reason: "clock_went_back", authenticator_id: authenticatorId },
      ]);
    },
  );

  it.each([0, 1, 2])(
    "is mended to the end of a window of %i, and no step further",
    async (window) => {
      const { app, phone } = await ahead({ window });
      await unlockByOperator();
      const last = codeOf(phone, window);
      const next = codeOf(phone, window + 1);
      elapse(30);
      expect(await isAccepted(await app.verify("ada", last))).toBe(false);
      elapse(30 * window);
      expect(await isAccepted(await app.verify("ada", next))).toBe(true);
    },
  );

  it("leaves one risk: a code that was accepted while it was ahead is good once when its time comes", async () => {
    const { app, future } = await ahead();
    await unlockByOperator();
    elapse(HOUR);
    expect(await isAccepted(await app.verify("ada", future))).toBe(true);
    expect(await isAccepted(await app.verify("ada", future))).toBe(false);
  });

  it("is no matter of a lock alone: unlocking brings nothing back that a right clock has spent", async () => {
    const app = await createApp({ settings: { window: 2 } });
    const { phone } = await enrolled(app, "ada", EIGHT);
    const used = codeOf(phone, 2);
    expect(await isAccepted(await app.verify("ada", used))).toBe(true);
    await admin("PATCH", `/apps/${app.id}`, { body: { settings: { window: 0 } } });
    for (const [, unlock] of UNLOCKS) expect((await unlock(app)).status).toBe(204);
    elapse(60);
    expect(await isAccepted(await app.verify("ada", used))).toBe(false);
  });

  it("brings no capped user back", async () => {
    const { app } = await ahead();
    const before = await rows("SELECT last_step FROM authenticators");
    await rows("UPDATE users SET capped_at = 1");
    for (const [, unlock] of UNLOCKS) expect(await problemCode(await unlock(app))).toBe("locked");
    expect(await rows("SELECT last_step FROM authenticators")).toEqual(before);
  });
});
