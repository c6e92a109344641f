/**
 * The archive when something happens in the middle: at every single call to D1 and R2 that a run
 * makes, the run ends, or another run comes in between, or a user is deleted. Every event is
 * then where it was or in the archive, and the trail tells each of them once.
 */

import * as fc from "fast-check";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { HOUR } from "../../../src/core/audit/archive-object";
import {
  addEvents,
  archivedEvents,
  faultsOfChain,
  hotEvents,
  idOf,
  keepArchive,
  objectNames,
  objectRows,
} from "../../archive";
import type { Bindings } from "../../../src/env";
import { counted, watched, type OnCall } from "../../calls";
import { runs } from "../../chance";
import { admin } from "../../service";
import { insertInto } from "../../storage";

const NOON = Date.UTC(2026, 8, 1, 12) * 1000;
const IDS = [NOON - 30 * HOUR, NOON - 2 * HOUR, NOON - 2 * HOUR + 1, NOON - 1];

/** Three hours that are due, and one whose time is over, archived before. Two users are in them. */
async function prepare(): Promise<number[]> {
  await env.DB.batch(
    ["usr_a", "usr_b"].map((id) =>
      insertInto(env.DB, "users", { id, app_id: "accounts", external_id: id, created_at: 0 }),
    ),
  );
  const expired = [idOf(400, -12 * HOUR), idOf(400, -11 * HOUR)];
  await addEvents([...expired, idOf(0)]);
  vi.setSystemTime(Date.now() - 24 * 3_600_000);
  await keepArchive();
  vi.setSystemTime(Date.now() + 24 * 3_600_000);
  expect(await objectRows()).toHaveLength(2);
  await addEvents(IDS, (id) => ({
    user_id: id % 2 === 0 ? "usr_a" : "usr_b",
    ip: "192.0.2.1",
    note: `note ${id}`,
  }));
  return [...IDS, idOf(0)];
}

/** The ids of all events, wherever they are, and how often. */
async function everywhere(): Promise<number[]> {
  const expired = idOf(400);
  const events = [...(await hotEvents()), ...(await archivedEvents())];
  return events
    .map(({ id }) => id)
    .filter((id) => id >= expired)
    .toSorted((one, other) => one - other);
}

async function told(bindings: Bindings = env): Promise<number[]> {
  const since = new Date(idOf(400) / 1000).toISOString();
  const headers = { accept: "application/x-ndjson" };
  const response = await admin("GET", `/audit?since=${since}`, { headers, bindings });
  const lines = (await response.text()).trimEnd().split("\n");
  return lines.map((line): number => JSON.parse(line).id).toReversed();
}

/** A run in which this happens at one call. Its failure is looked at elsewhere. */
async function runWith(at: number, happen: (make: () => Promise<unknown>) => Promise<unknown>) {
  const onCall: OnCall = (number, make) => (number === at ? happen(make) : make());
  await keepArchive(watched(onCall)).catch(() => {});
}

const fail = () => Promise.reject(new Error("broken off"));
const HAPPENINGS: [string, (make: () => Promise<unknown>) => Promise<unknown>][] = [
  ["a call fails before it has done anything", fail],
  ["a call fails after it was done", (make) => make().then(fail)],
  ["another run comes before a call", (make) => keepArchive().then(make)],
  [
    "another run comes after a call, before its answer",
    async (make) => {
      const answer = await make();
      await keepArchive();
      return answer;
    },
  ],
];

/** Whether its hour is not over for as long as AUDIT_HOT_DAYS, or has no later event behind it. */
function isHot(id: number, all: number[]): boolean {
  const end = Math.floor(id / HOUR + 1) * HOUR;
  return end > idOf(30) || end > (all.at(-1) ?? 0);
}

async function reset(): Promise<void> {
  await env.DB.batch(
    ["users", "audit_events", "archive_objects"].map((table) =>
      env.DB.prepare(`DELETE FROM ${table}`),
    ),
  );
  await env.ARCHIVE.delete(await objectNames());
}

const interruption = fc.record({
  at: fc.integer({ min: 1, max: 60 }),
  happen: fc.constantFrom(...HAPPENINGS.map(([, happen]) => happen)),
});
const moments = fc.uniqueArray(fc.integer({ min: -60 * 24 * HOUR, max: 0 }), {
  minLength: 1,
  maxLength: 12,
});

describe("whatever happens at any call of a run", () => {
  it.each(HAPPENINGS)(
    "%s: no event is lost or doubled",
    { timeout: 120_000 },
    async (_, happen) => {
      await prepare();
      const { bindings, calls } = counted();
      await keepArchive(bindings);
      const left = await hotEvents();
      // Three objects are read, put, got and moved, and there are the keys, and what has expired.
      expect(calls()).toBeGreaterThan(3 * 4 + 4);
      for (let at = 1; at <= calls(); at++) {
        await reset();
        const all = await prepare();
        await runWith(at, happen);
        expect([at, await everywhere()]).toEqual([at, all]);
        expect([at, await told()]).toEqual([at, all]);
        await keepArchive();
        expect([at, await everywhere()]).toEqual([at, all]);
        expect([at, await faultsOfChain()]).toEqual([at, []]);
        expect([at, await hotEvents()]).toEqual([at, left]);
        expect((await objectRows()).map(({ count }) => count)).toEqual([1, 2, 1]);
      }
    },
  );

  it("events of any times survive any number of runs that break off, in one piece", async () => {
    const property = fc.asyncProperty(moments, fc.array(interruption), async (times, many) => {
      await reset();
      const all = times.map((time) => idOf(0, time)).toSorted((one, other) => one - other);
      await addEvents(all);
      for (const { at, happen } of many) await runWith(at, happen);
      expect(await everywhere()).toEqual(all);
      expect(await told()).toEqual(all);
      await keepArchive();
      expect(await everywhere()).toEqual(all);
      expect(await faultsOfChain()).toEqual([]);
      const hot = (await hotEvents()).map(({ id }) => id);
      expect(hot).toEqual(all.filter((id) => isHot(id, all)));
    });
    await fc.assert(property, { numRuns: runs(10) });
  });

  it("a run at any call of a reader: each event is told once", async () => {
    const ask = async (at: number) => {
      await reset();
      const all = await prepare();
      let calls = 0;
      const bindings = watched(async (number, make) => {
        calls = number;
        if (number === at) await keepArchive();
        return make();
      });
      expect([at, await told(bindings)]).toEqual([at, all]);
      return calls;
    };
    const calls = await ask(0);
    // A page from the database; then another one, which comes from the archive if it can.
    expect(calls).toBeGreaterThanOrEqual(3);
    for (let at = 1; at <= calls + 3; at++) await ask(at);
  });

  const OBJECT = {
    first_id: 1,
    last_id: 1,
    count: 1,
    name: "x",
    sha256: "x",
    bytes: 1,
    facets: "",
  };
  it.each([
    ["an event before those that were read", () => addEvents([NOON - HOUR - 1])],
    ["an event among those that were read", () => addEvents([NOON - 3])],
    ["an object", () => insertInto(env.DB, "archive_objects", OBJECT).run()],
  ])("%s, against all rules: nothing is moved that does not fit it", async (_, come) => {
    await addEvents([NOON - HOUR, NOON - HOUR / 2, NOON - 2, idOf(0)]);
    const bindings = watched(async (number, make) => {
      const answer = await make();
      if (number === 1) await come();
      return answer;
    });
    const before = await hotEvents();
    await keepArchive(bindings);
    expect(await hotEvents()).toEqual(expect.arrayContaining(before));
    await env.DB.prepare("DELETE FROM archive_objects").run();
    const all = (await hotEvents()).map(({ id }) => id);
    await keepArchive();
    expect(await everywhere()).toEqual(all);
    expect(await hotEvents()).toHaveLength(1);
    expect(await faultsOfChain()).toEqual([]);
  });
});
