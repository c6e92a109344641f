/** What the cron trigger moves to the archive, and when. */

import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import counts from "../../../bench/counts.json";
import page from "../../../docs/audit.md?raw";
import { HOUR, MAX_EVENTS } from "../../../src/core/audit/archive-object";
import { archiveEvents, MAX_OBJECTS } from "../../../src/core/upkeep/archive";
import {
  addEvents,
  archivedEvents,
  bytesOf,
  eventsIn,
  faultsOfChain,
  flood,
  hotEvents,
  idOf,
  manifestIn,
  objectNames,
  objectRows,
  onceOnly,
  runCron,
} from "../../archive";
import { metered } from "../../d1-meter";
import { depsOf } from "../../deps";
import { codeOf, createApp, elapse, enrolled } from "../../service";

/** It is 12:00:10 UTC. The hour that was over at 12:00 thirty days ago is the newest that is due. */
const MINUTE = HOUR / 60;
const NOON = Date.UTC(2026, 8, 1, 12) * 1000;

const ids = async (events: Promise<{ id: number }[]>) => (await events).map(({ id }) => id);

describe("an event is archived", () => {
  it("with its whole hour, when all of that is AUDIT_HOT_DAYS old", async () => {
    const due = [NOON - HOUR - 1, NOON - HOUR, NOON - 1];
    const young = [NOON, NOON + 9 * MINUTE, idOf(1)];
    await addEvents([...due, ...young]);
    await runCron();
    expect(await ids(archivedEvents())).toEqual(due);
    expect(await ids(hotEvents())).toEqual(young);
    elapse(59 * 60 + 49);
    await runCron();
    expect(await ids(hotEvents())).toEqual(young);
    elapse(1);
    await runCron();
    expect(await ids(hotEvents())).toEqual(young.slice(2));
    expect(await faultsOfChain()).toEqual([]);
  });

  it("after another time if AUDIT_HOT_DAYS says so", async () => {
    await addEvents([idOf(8), idOf(6)]);
    await runCron({ ...env, AUDIT_HOT_DAYS: "7" });
    expect(await ids(hotEvents())).toEqual([idOf(6)]);
  });

  it("only once there is one behind its hour, so that no id can come into an archived hour", async () => {
    await addEvents([idOf(90), idOf(80), idOf(80, 1)]);
    await runCron();
    expect(await ids(hotEvents())).toEqual([idOf(80), idOf(80, 1)]);
    // A clock that has gone back by a year.
    elapse(-365 * 24 * 3600);
    await createApp();
    const [, , created] = await ids(hotEvents());
    expect(created).toBe(idOf(80 - 365, 2));
  });

  it("not at all without a bucket: then AUDIT_RETENTION_DAYS decides", async () => {
    const { ARCHIVE: _bucket, ...bindings } = env;
    await addEvents([idOf(401), idOf(399), idOf(0)]);
    await runCron(bindings);
    expect(await ids(hotEvents())).toEqual([idOf(399), idOf(0)]);
    expect(await objectNames()).toEqual([]);
  });

  it("not if its time is over: the clean-up deletes it", async () => {
    const { deps } = await depsOf();
    await addEvents([idOf(402), idOf(0)]);
    expect(await archiveEvents(deps, env.ARCHIVE)).toBe(0);
    await runCron();
    expect(await ids(hotEvents())).toEqual([idOf(0)]);
    expect(await objectNames()).toEqual([]);
  });
});

describe("an object", () => {
  it("is of one hour, and names the one before; an hour without events has none", async () => {
    const first = Date.UTC(2026, 7, 1, 13) * 1000;
    await addEvents([first, first + 5 * MINUTE, first + 40 * HOUR, idOf(0)]);
    await runCron();
    const [one, two] = await objectRows();
    expect(await objectNames()).toEqual([one?.name, two?.name]);
    expect(one?.name).toMatch(/^audit\/db\/2026\/08\/01\/13\.000\.[0-9a-f]{16}\.ndjson\.gz$/);
    expect(two?.name).toMatch(/^audit\/db\/2026\/08\/03\/05\.000\./);
    expect(await manifestIn(await bytesOf(two?.name ?? ""))).toEqual({
      version: 1,
      database: "db",
      hour: "2026-08-03T05:00:00.000Z",
      part: 0,
      count: 1,
      first: first + 40 * HOUR,
      last: first + 40 * HOUR,
      previous: { name: one?.name, sha256: one?.sha256 },
    });
    expect((await manifestIn(await bytesOf(one?.name ?? ""))).previous).toBe(null);
  });

  it("begins with a manifest as docs/audit.md shows it, in the same order", async () => {
    const [, shown = ""] = /```json\n(\{\n {2}"manifest"[\s\S]*?)\n```/.exec(page) ?? [];
    const { manifest }: { manifest: object } = JSON.parse(shown);
    await addEvents([NOON - 1, idOf(0)]);
    await runCron();
    const [name = ""] = await objectNames();
    expect(Object.keys(await manifestIn(await bytesOf(name)))).toEqual(Object.keys(manifest));
  });

  it("holds a bounded number of events: a busy hour has several", async () => {
    await flood(NOON - HOUR, 2 * MAX_EVENTS + 10);
    await flood(idOf(0), 1);
    await runCron();
    const rows = await objectRows();
    expect(rows.map(({ count }) => count)).toEqual([MAX_EVENTS, MAX_EVENTS, 10]);
    expect(rows.map(({ name }) => name.split(".")[1])).toEqual(["000", "001", "002"]);
    expect(await faultsOfChain()).toEqual([]);
    expect(await ids(hotEvents())).toEqual([idOf(0)]);
  });

  it("is the same, byte for byte, whenever it is made of the same events", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const body = { code: codeOf(phone), ip: "192.0.2.1", userAgent: "Browser" };
    await app.v1("POST", "/users/ada/verify", { body });
    elapse(31 * 24 * 3600);
    await addEvents([idOf(0)]);
    const before = await hotEvents();
    await runCron();
    const [row] = await objectRows();
    const bytes = await bytesOf(row?.name ?? "");
    await env.DB.prepare("DELETE FROM archive_objects").run();
    await env.DB.prepare("DELETE FROM audit_events").run();
    await env.ARCHIVE.delete(row?.name ?? "");
    for (const { id, ...columns } of before) await addEvents([id], () => columns);
    elapse(7200);
    await runCron();
    expect(await objectNames()).toEqual([row?.name]);
    expect(new Uint8Array(await bytesOf(row?.name ?? ""))).toEqual(new Uint8Array(bytes));
  });

  it("can be read without the service", async () => {
    await addEvents([NOON - 1], () => ({ app_id: "app_a", reason: "wrong_code" }));
    await addEvents([idOf(0)]);
    await runCron();
    const [event] = await eventsIn((await objectNames())[0] ?? "");
    expect(event).toMatchObject({
      id: NOON - 1,
      at: "2026-09-01T11:59:59.999Z",
      type: "code.verified",
      appId: "app_a",
      reason: "wrong_code",
    });
  });
});

describe("a run", () => {
  it("makes a bounded number of objects, and the next one goes on", async () => {
    const hours = Array.from({ length: MAX_OBJECTS + 5 }, (_, at) => NOON - (at + 1) * HOUR);
    await addEvents([...hours, idOf(0)]);
    await runCron();
    expect(await objectRows()).toHaveLength(MAX_OBJECTS);
    expect(await hotEvents()).toHaveLength(6);
    await runCron();
    expect(await objectRows()).toHaveLength(MAX_OBJECTS + 5);
    expect(await faultsOfChain()).toEqual([]);
  });

  it("ends when its time is over, between two objects", async () => {
    await addEvents([NOON - 3 * HOUR, NOON - 2 * HOUR, NOON - HOUR, idOf(0)]);
    let looks = 0;
    const { deps } = await depsOf();
    expect(await archiveEvents(deps, env.ARCHIVE, () => ++looks <= 2)).toBe(2);
    expect(await faultsOfChain()).toEqual([]);
  });

  it(`takes 2 round trips to D1 an object, and for each event ${counts.archive.rowsRead} rows read and one deleted`, async () => {
    await flood(NOON - HOUR, MAX_EVENTS);
    await env.DB.prepare("UPDATE audit_events SET user_id = 'usr_' || id, ip = '192.0.2.1'").run();
    await env.DB.prepare(`INSERT INTO users (id, app_id, external_id, created_at, erasure_key)
      SELECT user_id, 'accounts', user_id, 0, ? FROM audit_events`)
      .bind("A".repeat(43))
      .run();
    await flood(idOf(0), 1);
    const { binding, meter } = metered(env.DB);
    const { deps } = await depsOf({ ...env, ...binding });
    await archiveEvents(deps, env.ARCHIVE, onceOnly());
    expect(meter.roundTrips).toBe(2);
    expect(meter.rowsRead / MAX_EVENTS).toBeCloseTo(counts.archive.rowsRead, 1);
    // The row of the object; the meter does not count what is deleted from indexes.
    expect(meter.rowsWritten).toBe(MAX_EVENTS + 1);
  });

  it("makes each user one key, once", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const see = (code: string) =>
      app.v1("POST", "/users/ada/verify", { body: { code, ip: "192.0.2.1" } });
    await see(codeOf(phone));
    elapse(31 * 24 * 3600);
    await addEvents([idOf(0)]);
    await runCron();
    const keyOf = env.DB.prepare("SELECT erasure_key AS key FROM users");
    const key = await keyOf.first("key");
    expect(key).toMatch(/^[\w-]{43}$/);
    await see(codeOf(phone));
    elapse(31 * 24 * 3600);
    await addEvents([idOf(0)]);
    await runCron();
    expect(await keyOf.first("key")).toBe(key);
  });
});

it("an archive fails loudly and loses nothing if the bucket does not keep what was written", async () => {
  await addEvents([NOON - 1, idOf(0)]);
  const liar = new Proxy(env.ARCHIVE, {
    get(target, member) {
      if (member === "put") return () => target.put("elsewhere", "");
      return Reflect.get(target, member).bind(target);
    },
  });
  const { deps } = await depsOf();
  await expect(archiveEvents(deps, liar)).rejects.toThrow("has not kept audit/db/");
  expect(await hotEvents()).toHaveLength(2);
});

it("an archive that fails says so in the log, and does not keep the clean-up from its work", async () => {
  const log = vi.spyOn(console, "log").mockReturnValue();
  await addEvents([idOf(401), NOON - 1, idOf(0)]);
  const get = () => () => Promise.reject(new Error("the bucket does not answer"));
  await runCron({ ...env, ARCHIVE: new Proxy(env.ARCHIVE, { get }) });
  const lines = log.mock.calls.map(([line]): object => JSON.parse(String(line)));
  expect(lines).toContainEqual({ level: "info", event: "cleaned_up", deleted: 1 });
  const cause = "Error: the bucket does not answer";
  expect(lines).toContainEqual({ level: "error", event: "archive_failed", cause });
  expect(await hotEvents()).toHaveLength(2);
});
