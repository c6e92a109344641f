/** The trail where a part of it has been archived: nobody who reads it can tell, unless the bucket fails. */

import * as fc from "fast-check";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { HOUR, MAX_EVENTS } from "../../../src/core/audit/archive-object";
import { OBJECTS_LOOKED_AT, OBJECTS_READ } from "../../../src/core/audit/archived";
import { OUTCOMES } from "../../../src/core/audit/event";
import { addEvents, hotEvents, idOf, objectRows, runCron } from "../../archive";
import { runs } from "../../chance";
import { signedIn } from "../../console";
import { admin, codeOf, createApp, elapse, enrolled } from "../../service";
import { insertInto } from "../../storage";
import {
  archiveAll,
  countedBucket,
  everything,
  exported,
  fillHours,
  NOON,
  page,
  pages,
} from "./archived-support";

const TYPES = ["code.verified", "user.locked", "app.created"] as const;

describe("what is told of events", () => {
  /** So few that a time which is asked for is often that of an event. */
  const halfHours = fc.constantFrom(-2880, -2000, -1999, -1998, -1500, -1441, -1440, -3, -1, 0);
  const given = fc.record({
    id: fc.oneof(
      fc.integer({ min: -60 * 24 * HOUR, max: 0 }),
      halfHours.map((n) => (n * HOUR) / 2),
    ),
    user_id: fc.constantFrom(null, "usr_a", "usr_b"),
    app_id: fc.constantFrom(null, "app_a", "app_b"),
    type: fc.constantFrom(...TYPES),
    outcome: fc.constantFrom(...OUTCOMES),
    ip: fc.constantFrom(null, "192.0.2.1"),
    user_agent: fc.option(fc.string({ unit: "binary" })),
    note: fc.option(fc.string()),
    reason: fc.constantFrom(null, "wrong_code"),
    request_id: fc.option(fc.uuid()),
  });
  const events = fc.uniqueArray(given, { selector: ({ id }) => id, minLength: 1, maxLength: 30 });
  const filter = fc.record(
    {
      userId: fc.constantFrom("usr_a", "usr_b", "usr_c"),
      appId: fc.constantFrom("app_a", "app_b"),
      type: fc.constantFrom(...TYPES),
      outcome: fc.constantFrom(...OUTCOMES),
      since: halfHours,
      until: halfHours,
    },
    { requiredKeys: [] },
  );

  it("is the same before and after they are archived, by every filter and size of page", async () => {
    const queries = fc.array(fc.tuple(filter, fc.integer({ min: 1, max: 10 })), {
      minLength: 1,
      maxLength: 4,
    });
    const property = fc.asyncProperty(events, queries, async (rows, asked) => {
      await env.DB.batch(
        ["users", "audit_events", "archive_objects"].map((table) =>
          env.DB.prepare(`DELETE FROM ${table}`),
        ),
      );
      for (const id of ["usr_a", "usr_b"]) {
        const user = { id, app_id: "app_a", external_id: id, created_at: 0 };
        await insertInto(env.DB, "users", user).run();
      }
      for (const { id, ...columns } of rows) await addEvents([idOf(0, id)], () => columns);
      const texts = asked.map(([wanted, limit]) => queryOf(wanted, limit));
      const before = [await exported(), ...(await Promise.all(texts.map(everything)))];
      await archiveAll();
      expect(await exported()).toEqual(before[0]);
      for (const [at, text] of texts.entries())
        expect(await everything(text)).toEqual(before[at + 1]);
    });
    await fc.assert(property, { numRuns: runs(10) });
  });

  function queryOf({ since, until, ...filters }: Record<string, string | number>, limit: number) {
    const at = (halves: string | number) => new Date(Date.now() + Number(halves) * 1_800_000);
    return new URLSearchParams({
      ...filters,
      ...(since !== undefined && { since: at(since).toISOString() }),
      ...(until !== undefined && { until: at(until).toISOString() }),
      limit: String(limit),
    }).toString();
  }

  it("is the same in the downloads of the console", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const body = { code: codeOf(phone), ip: "192.0.2.1", userAgent: '=cmd,"x"' };
    await app.v1("POST", "/users/ada/verify", { body });
    elapse(31 * 24 * 3600);
    const operator = await signedIn();
    const paths = ["export", "export.csv", "export.csv?type=code.verified"];
    const read = async () =>
      Promise.all(paths.map(async (one) => (await operator.get(`/console/audit/${one}`)).text()));
    const before = await read();
    await archiveAll();
    expect(await hotEvents()).toHaveLength(1);
    expect(await read()).toEqual(before);
  });
});

describe("a page", () => {
  it("ends where the archive begins, and the next one goes on there", async () => {
    await addEvents([NOON - 2, NOON - 1, idOf(1), idOf(0)]);
    await runCron();
    const all = await pages("limit=3");
    expect(all.map(({ items }) => items.map(({ id }) => id))).toEqual([
      [idOf(0), idOf(1)],
      [NOON - 1, NOON - 2],
    ]);
    expect(all[0]?.nextCursor).toBe(String(NOON));
  });

  it("is of archived events at once if the database has none", async () => {
    await addEvents([NOON - 2], () => ({ user_id: "usr_a" }));
    await addEvents([NOON - 1, idOf(0)]);
    await runCron();
    expect(await page("userId=usr_a")).toMatchObject({
      items: [{ id: NOON - 2 }],
      nextCursor: null,
    });
  });

  it("leads to no archive where all of that is older than what is asked for", async () => {
    await addEvents([NOON - 1, idOf(1), idOf(0)]);
    await runCron();
    const since = new Date(NOON / 1000).toISOString();
    expect((await page(`since=${since}`)).nextCursor).toBe(null);
    expect((await page(`after=${NOON - 1}`)).nextCursor).toBe(null);
    expect((await page(`after=${NOON - 2}`)).nextCursor).toBe(String(NOON));
  });

  it("begins and ends in the middle of an object where it is asked to", async () => {
    const hour = [NOON - HOUR, NOON - HOUR / 2, NOON - 1];
    await addEvents([...hour, idOf(0)]);
    await runCron();
    const at = (id: number) => new Date(id / 1000).toISOString();
    const since = `since=${at(NOON - HOUR / 2)}`;
    const until = `until=${at(NOON - HOUR / 2)}`;
    expect((await page(`${since}&cursor=${NOON}`)).items).toMatchObject([
      { id: NOON - 1 },
      { id: NOON - HOUR / 2 },
    ]);
    expect((await page(until)).items).toMatchObject([{ id: NOON - HOUR }]);
  });

  it("goes on from the newest archived event while the database is empty", async () => {
    const operator = await signedIn();
    await env.DB.prepare("DELETE FROM audit_events").run();
    await addEvents([NOON - 1, idOf(0)]);
    await runCron();
    await env.DB.prepare("DELETE FROM audit_events").run();
    const html = await operator.read("/console/audit");
    const [, tail = ""] = /data-live="([^"]+)"/.exec(html) ?? [];
    expect(tail).toBe(`/console/audit/tail?after=${NOON - 1}`);
    expect(await operator.read(tail)).not.toContain("<li>");
    await addEvents([idOf(0)]);
    expect((await operator.read(tail)).match(/<li>/g)).toHaveLength(1);
  });
});

describe("a search", () => {
  it("reads no object in which there can be nothing", async () => {
    await fillHours(30, 10, (hour) => `usr_${hour}`);
    await archiveAll();
    const { bindings, names } = countedBucket();
    expect((await page("userId=usr_17", bindings)).items).toHaveLength(10);
    expect(names.length).toBeLessThan(4);
    expect((await page("userId=usr_17&type=user.locked", bindings)).items).toEqual([]);
    names.length = 0;
    expect(await page("userId=nobody", bindings)).toEqual({ items: [], nextCursor: null });
    expect(names.length).toBeLessThan(3);
  });

  it(`reads ${OBJECTS_READ} objects a page at most, and goes on behind them`, async () => {
    await fillHours(OBJECTS_READ + 5, 2, () => "usr_a");
    await archiveAll();
    const { bindings, names } = countedBucket();
    const first = await page("userId=usr_a&limit=100", bindings);
    expect([names.length, first.items.length]).toEqual([OBJECTS_READ, 2 * OBJECTS_READ]);
    const second = await page(`userId=usr_a&limit=100&cursor=${first.nextCursor}`, bindings);
    expect([second.items.length, second.nextCursor]).toEqual([10, null]);
  });

  it("looks at ten thousand events a page at most", async () => {
    await fillHours(3, MAX_EVENTS, () => "usr_a");
    await archiveAll();
    const { bindings, names } = countedBucket();
    const { items, nextCursor } = await page("userId=usr_a", bindings);
    expect([items.length, names.length]).toEqual([50, 2]);
    expect(nextCursor).toBe(String(items.at(-1)?.id));
    expect(await exported("/audit?userId=usr_a").then((text) => text.split("\n").length - 1)).toBe(
      3 * MAX_EVENTS,
    );
  });

  it(`looks at ${OBJECTS_LOOKED_AT} rows of objects a page at most`, async () => {
    const insert = env.DB.prepare(
      "INSERT INTO archive_objects VALUES (?1, ?1, 1, 'audit/none', '', 1, x'00')",
    );
    const count = OBJECTS_LOOKED_AT + 5;
    await env.DB.batch(Array.from({ length: count }, (_, at) => insert.bind(NOON - at * HOUR)));
    const { bindings, names } = countedBucket();
    const { items, nextCursor } = await page("type=user.locked", bindings);
    expect([items, nextCursor]).toEqual([[], String(NOON - (OBJECTS_LOOKED_AT - 1) * HOUR)]);
    const next = await page(`type=user.locked&cursor=${nextCursor}`, bindings);
    expect([next, names]).toEqual([{ items: [], nextCursor: null }, []]);
  });
});

describe("the objects themselves", () => {
  it("are listed newest first, and downloaded as they are", async () => {
    await addEvents([NOON - 3 * HOUR, NOON - 1, idOf(0)]);
    await runCron();
    const [older, newer] = await objectRows();
    const list = await admin("GET", "/audit/archive?limit=1");
    const { items, nextCursor } = await list.json<{ items: object[]; nextCursor: string }>();
    expect(items).toEqual([
      {
        id: String(NOON - 1),
        name: newer?.name,
        sha256: newer?.sha256,
        bytes: newer?.bytes,
        count: 1,
        last: NOON - 1,
      },
    ]);
    const next = await admin("GET", `/audit/archive?cursor=${nextCursor}`);
    expect(await next.json()).toMatchObject({ items: [{ name: older?.name }], nextCursor: null });
    const object = await admin("GET", `/audit/archive/${NOON - 1}`);
    expect(object.headers.get("content-type")).toBe("application/gzip");
    expect((await object.arrayBuffer()).byteLength).toBe(newer?.bytes);
  });
});
