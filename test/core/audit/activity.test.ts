import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { DATABASES, everywhere } from "../../databases";
import { EVENTS_READ, type PartOfActivity, type Period } from "../../../src/core/audit/activity";
import { APPS_READ, loadOverview, USERS_COUNTED } from "../../../src/core/audit/overview";
import { addEvents, idOf, objectRows, runCron } from "../../archive";
import { metered } from "../../d1-meter";
import { depsOf } from "../../deps";
import { admin, call, codeOf, createApp, elapse, enrolled, wrongCodeOf } from "../../service";

const HOUR = 3_600_000;
const NONE = { accepted: 0, wrong: 0, refused: 0, lockOuts: 0, enrolments: 0 };

const LAST_DAY: Period = { span: "24h", aheadMilliseconds: 0 };

async function overview(bindings: Env = env, period = LAST_DAY) {
  return loadOverview((await depsOf(bindings)).deps, period, 5);
}

/** The parts in which something happened, by how long ago they began. */
function busy(parts: PartOfActivity[]) {
  return parts.flatMap(({ from: _from, ...counts }, at) =>
    Object.values(counts).some((count) => count > 0) ? [[parts.length - 1 - at, counts]] : [],
  );
}

/** So many events a millisecond apart, the last of them now. */
async function flood(count: number, type: string): Promise<void> {
  const insert = `INSERT INTO audit_events (id, user_id, type, outcome, actor)
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
    SELECT (?2 - i) * 1000, 'usr_' || i, ?3, 'success', 'system' FROM n`;
  await everywhere.prepare(insert).bind(count, Date.now(), type).run();
}

describe("the activity", () => {
  it("is all zero where nothing has happened, in 24 hours by the clock", async () => {
    const { activity, latest } = await overview();
    expect(activity.parts).toHaveLength(24);
    expect(busy(activity.parts)).toEqual([]);
    expect(activity.parts.at(-1)?.from).toEqual(new Date(Date.UTC(2026, 9, 1, 12)));
    expect(activity.parts[0]?.from).toEqual(new Date(Date.UTC(2026, 8, 30, 13)));
    expect(activity).toMatchObject({ complete: true, completeSince: activity.parts[0]?.from });
    expect(latest).toEqual([]);
  });

  it("counts by hour what was accepted, wrong, refused, locked and enrolled", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    elapse(2 * 3600);
    await app.verify("ada", codeOf(phone));
    elapse(30);
    const created = await app.v1("POST", "/challenges", { body: { userId: "ada" } });
    const { token } = await created.json<{ token: string }>();
    await call("POST", "/v1/challenges/verify", { body: { token, code: codeOf(phone) } });
    elapse(3600);
    for (let failures = 0; failures < 5; failures++) await app.verify("ada", wrongCodeOf(phone));
    await app.verify("ada", codeOf(phone));
    expect(busy((await overview()).activity.parts)).toEqual([
      [3, { ...NONE, enrolments: 1 }],
      [1, { ...NONE, accepted: 2 }],
      [0, { ...NONE, wrong: 5, refused: 1, lockOuts: 1 }],
    ]);
  });

  it("leaves out what is older than its first hour", async () => {
    await flood(1, "code.verified");
    elapse(23 * 3600);
    expect(busy((await overview()).activity.parts)).toEqual([[23, { ...NONE, accepted: 1 }]]);
    elapse(3600);
    expect(busy((await overview()).activity.parts)).toEqual([]);
  });

  it.each([
    ["7d", 7],
    ["30d", 30],
  ] as const)("of %s is counted by day, by the clock of a time zone", async (span, days) => {
    await flood(1, "code.verified");
    // It is 12:00 UTC: 23:30 of the same day, and a minute later in the zone it is still that day.
    const ahead = { span, aheadMilliseconds: 11.5 * HOUR };
    elapse(29 * 60);
    const { parts } = (await overview(env, ahead)).activity;
    expect(parts).toHaveLength(days);
    expect(busy(parts)).toEqual([[0, { ...NONE, accepted: 1 }]]);
    expect(parts.at(-1)?.from).toEqual(new Date(Date.UTC(2026, 8, 30, 12, 30)));
    elapse(60);
    expect(busy((await overview(env, ahead)).activity.parts)).toEqual([
      [1, { ...NONE, accepted: 1 }],
    ]);
    elapse((days - 1) * 24 * 3600);
    expect(busy((await overview(env, ahead)).activity.parts)).toEqual([]);
  });

  it("says from when on it is complete, where there was more than is read", async () => {
    await flood(EVENTS_READ + 5000, "code.verified");
    const { activity } = await overview();
    const oldest = Date.now() - EVENTS_READ + 1;
    expect(activity).toMatchObject({ complete: false, completeSince: new Date(oldest) });
    const accepted = activity.parts.reduce((sum, hour) => sum + hour.accepted, 0);
    expect(accepted).toBe(EVENTS_READ);
  });
});

describe("the activity of days that have been archived", () => {
  it("is told from when on it is complete", async () => {
    const days = { span: "30d", aheadMilliseconds: 0 } as const;
    await addEvents([idOf(8), idOf(0)]);
    expect((await overview(env, days)).activity.complete).toBe(true);
    await runCron({ ...env, AUDIT_HOT_DAYS: "7" });
    const since = new Date(idOf(8) / 1000 + 1);
    const { activity } = await overview(env, days);
    expect(activity).toMatchObject({ complete: false, completeSince: since });
    expect((await overview()).activity.complete).toBe(true);
  });

  it("is complete with AUDIT_HOT_DAYS as they are, at any time of the day", async () => {
    await addEvents([idOf(0)]);
    for (let hour = 0; hour < 24; hour++) {
      await addEvents([idOf(31), idOf(30)]);
      await runCron();
      for (const ahead of [-12, 0, 14]) {
        const days = { span: "30d", aheadMilliseconds: ahead * HOUR } as const;
        expect((await overview(env, days)).activity.complete).toBe(true);
      }
      elapse(3600);
    }
    expect((await objectRows()).length).toBeGreaterThan(20);
  });
});

describe("the overview", () => {
  it("counts users, who of them has a second factor, and who was active today", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    await enrolled(app, "bob");
    await app.v1("POST", "/users/cleo/authenticators", { body: { accountName: "cleo" } });
    const gone = await createApp();
    await enrolled(gone, "dora");
    await admin("DELETE", `/apps/${gone.id}`);
    elapse(30);
    await app.verify("ada", codeOf(phone));
    await app.verify("bob", "000000");
    expect(await overview()).toMatchObject({
      users: { count: 3, twoFactor: 2, atLeast: false },
      activeUsers: { count: 1, atLeast: false },
    });
    elapse(24 * 3600 + 1);
    expect((await overview()).activeUsers.count).toBe(0);
  });

  it("counts apps that are there, and users who are locked at this moment", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    await enrolled(app, "bob");
    const gone = await createApp();
    await admin("DELETE", `/apps/${gone.id}`);
    for (let failures = 0; failures < 5; failures++) await app.verify("ada", wrongCodeOf(phone));
    expect(await overview()).toMatchObject({
      apps: { count: 2, atLeast: false },
      lockedUsers: { count: 1, atLeast: false },
    });
    elapse(30);
    expect((await overview()).lockedUsers.count).toBe(0);
  });

  it("counts a lock as long as the longest one", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    for (let failures = 0; failures < 12; failures++) {
      await app.verify("ada", wrongCodeOf(phone));
      await everywhere.prepare("UPDATE users SET locked_until = 0").run();
    }
    await app.verify("ada", wrongCodeOf(phone));
    elapse(3599);
    expect((await overview()).lockedUsers.count).toBe(1);
    elapse(1);
    expect((await overview()).lockedUsers.count).toBe(0);
  });

  it("shows the newest events as the audit trail does", async () => {
    const app = await createApp();
    await enrolled(app, "ada");
    await app.v1("POST", "/users/ada/backup-codes");
    const { items } = await (await admin("GET", "/audit?limit=5")).json<{ items: object[] }>();
    expect(JSON.parse(JSON.stringify((await overview()).latest))).toEqual(items);
    expect(items).toHaveLength(5);
  });

  it("takes one round trip, and reads a bounded number of rows however much there is", async () => {
    await flood(2 * EVENTS_READ, "user.locked");
    const apps = `INSERT INTO apps (id, name, issuer, settings, created_at)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, 'x', 'x', '{}', 0 FROM n`;
    await everywhere
      .prepare(apps)
      .bind(2 * APPS_READ)
      .run();
    const users = `INSERT INTO users (id, app_id, external_id, created_at)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT 'u' || i, 1, i, 0 FROM n`;
    await everywhere
      .prepare(users)
      .bind(USERS_COUNTED + 1)
      .run();
    const { binding, meter } = metered();
    const { activity, ...counted } = await overview({ ...env, ...binding });
    expect(counted).toMatchObject({
      apps: { count: APPS_READ, atLeast: true },
      users: { count: USERS_COUNTED, atLeast: true },
      lockedUsers: { count: 0, atLeast: true },
    });
    expect(activity.complete).toBe(false);
    expect(activity.completeSince.getTime()).toBeGreaterThan(Date.now() - HOUR);
    expect(meter).toMatchObject({ roundTrips: DATABASES.length, rowsWritten: 0 });
    expect(meter.rowsRead).toBeLessThanOrEqual(
      4 * EVENTS_READ + 4 * APPS_READ + 2 * USERS_COUNTED + 5,
    );
  });
});
