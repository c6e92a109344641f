/** The trail where a part of it has been archived: nobody who reads it can tell, unless the bucket fails. */

import * as fc from "fast-check";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { HOUR, MAX_EVENTS } from "../../../src/core/audit/archive-object";
import { OBJECTS_LOOKED_AT, OBJECTS_READ } from "../../../src/core/audit/archived";
import { OUTCOMES } from "../../../src/core/audit/event";
import { archiveEvents } from "../../../src/core/upkeep/archive";
import type { Bindings } from "../../../src/env";
import { addEvents, hotEvents, idOf, objectNames, objectRows, runCron } from "../../archive";
import { runs } from "../../chance";
import { signedIn } from "../../console";
import { depsOf } from "../../deps";
import { admin, codeOf, createApp, elapse, enrolled, problemCode } from "../../service";
import { insertInto } from "../../storage";

interface Event {
  id: number;
  at: string;
  type: string;
  outcome: string;
  appId: string | null;
  userId: string | null;
}
interface Page {
  items: Event[];
  nextCursor: string | null;
}

const NOON = Date.UTC(2026, 8, 1, 12) * 1000;
const TYPES = ["code.verified", "user.locked", "app.created"] as const;

async function page(query: string, bindings: Bindings = env): Promise<Page> {
  const response = await admin("GET", `/audit?${query}`, { bindings });
  expect(response.status).toBe(200);
  return response.json<Page>();
}

/** All pages of a list, in their order. */
async function pages(query: string): Promise<Page[]> {
  const all = [await page(query)];
  for (let next = all[0]?.nextCursor; next !== null; next = all.at(-1)?.nextCursor) {
    all.push(await page(`${query}&cursor=${next}`));
  }
  return all;
}

async function everything(query = "limit=100"): Promise<Event[]> {
  return (await pages(query)).flatMap(({ items }) => items);
}

async function exported(path = "/audit"): Promise<string> {
  const headers = { accept: "application/x-ndjson" };
  return (await admin("GET", path, { headers })).text();
}

/** The bucket with a count of what is read, or one that fails. */
function bucket(get: (name: string) => unknown): Bindings {
  const ARCHIVE = new Proxy(env.ARCHIVE, {
    get(target, member) {
      if (member === "get") return get;
      return Reflect.get(target, member).bind(target);
    },
  });
  return { ...env, ARCHIVE };
}

function countedBucket(): { bindings: Bindings; names: string[] } {
  const names: string[] = [];
  const bindings = bucket((name) => {
    names.push(name);
    return env.ARCHIVE.get(name);
  });
  return { bindings, names };
}

const unreachable = bucket(() => Promise.reject(new Error("the bucket does not answer")));

/** So many events in each of these hours before noon, 30 days ago. */
async function fillHours(hours: number, each: number, userId: (hour: number) => string) {
  const insert = env.DB.prepare(`INSERT INTO audit_events (id, type, outcome, actor, user_id)
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
    SELECT ?1 + i, 'code.verified', 'success', 'system', ?3 FROM n`);
  const all = Array.from({ length: hours }, (_, hour) =>
    insert.bind(NOON - (hour + 1) * HOUR, each, userId(hour)),
  );
  await env.DB.batch([...all, insert.bind(idOf(0), 1, "usr_now")]);
}

/** As many runs as it takes. */
async function archiveAll(): Promise<void> {
  const { deps } = await depsOf();
  while ((await archiveEvents(deps, env.ARCHIVE)) > 0);
}

describe("what is told of events", () => {
  const given = fc.record({
    id: fc.integer({ min: -60 * 24 * HOUR, max: 0 }),
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
      since: fc.integer({ min: -61, max: 0 }),
      until: fc.integer({ min: -61, max: 0 }),
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
      const user = { id: "usr_a", app_id: "app_a", external_id: "a", created_at: 0 };
      await insertInto(env.DB, "users", user).run();
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
    const day = (days: string | number | undefined) =>
      new Date(Date.now() + Number(days) * 86_400_000).toISOString();
    return new URLSearchParams({
      ...filters,
      ...(since !== undefined && { since: day(since) }),
      ...(until !== undefined && { until: day(until) }),
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

  it("follows the trail from its newest event, also where only the archive has any", async () => {
    const operator = await signedIn();
    await env.DB.prepare("DELETE FROM audit_events").run();
    await addEvents([NOON - 1, idOf(0)]);
    await runCron();
    await env.DB.prepare("DELETE FROM audit_events").run();
    const html = await operator.read("/console/audit");
    expect(html).toContain(`after=${NOON - 1}`);
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

describe("when the bucket fails", () => {
  beforeEach(async () => {
    vi.spyOn(console, "log").mockReturnValue();
    await addEvents([NOON - 3 * HOUR, NOON - 1, idOf(1), idOf(0)]);
    await runCron();
  });

  const problem = async (query: string, bindings: Bindings) => {
    const response = await admin("GET", `/audit?${query}`, { bindings });
    return [response.status, await problemCode(response)];
  };
  const UNAVAILABLE = [503, "archive_unavailable"];

  it("a page that needs it says so, and every other one answers", async () => {
    const first = await page("", unreachable);
    expect(first.items).toHaveLength(2);
    expect(await problem(`cursor=${first.nextCursor}`, unreachable)).toEqual(UNAVAILABLE);
    expect(await problem("type=user.locked", unreachable)).toEqual([200, 200]);
  });

  it("the pages of the console answer, except those of archived events", async () => {
    const operator = await signedIn();
    const user = { id: "usr_a", app_id: "accounts", external_id: "a", created_at: 0 };
    await insertInto(env.DB, "users", user).run();
    const statuses = ["", "/users/usr_a", "/audit", `/audit?cursor=${NOON}`].map(
      async (path) => (await operator.get(`/console${path}`, { bindings: unreachable })).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 503]);
  });

  it("verifying does not notice", async () => {
    const touched = vi.fn<() => never>(() => {
      throw new Error("the bucket was touched");
    });
    const ARCHIVE = new Proxy(env.ARCHIVE, { get: touched });
    const bindings = { ...env, ARCHIVE };
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const body = { code: codeOf(phone) };
    const response = await app.v1("POST", "/users/ada/verify", { body, bindings });
    expect(await response.json()).toMatchObject({ valid: true });
    const created = await app.v1("POST", "/challenges", { body: { userId: "ada" }, bindings });
    expect([created.status, touched.mock.calls.length]).toEqual([201, 0]);
  });

  it("a bucket that is no longer bound is one that fails", async () => {
    const { ARCHIVE: _bucket, ...unbound } = env;
    expect((await page("", unbound)).items).toHaveLength(2);
    expect(await problem(`cursor=${NOON}`, unbound)).toEqual(UNAVAILABLE);
  });

  it("an object that was altered, or is missing, is not taken for none", async () => {
    const [older = "", newer = ""] = await objectNames();
    await env.ARCHIVE.put(newer, (await (await env.ARCHIVE.get(older))?.arrayBuffer()) ?? "");
    const cursor = `cursor=${NOON}`;
    expect(await problem(cursor, env)).toEqual([500, "unreadable_data"]);
    await env.ARCHIVE.delete(newer);
    expect(await problem(cursor, env)).toEqual([500, "unreadable_data"]);
    const until = new Date((NOON - HOUR) / 1000).toISOString();
    expect((await page(`until=${until}`)).items).toHaveLength(1);
  });

  it("an object whose time was over in that moment is none", async () => {
    const expiring = bucket(async (name) => {
      await env.DB.prepare("DELETE FROM archive_objects WHERE name = ?").bind(name).run();
      return null;
    });
    expect(await page(`cursor=${NOON}`, expiring)).toEqual({ items: [], nextCursor: null });
  });

  it("a key that was altered is unreadable data, and not a deleted user", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const body = { code: codeOf(phone), ip: "192.0.2.1" };
    await app.v1("POST", "/users/ada/verify", { body });
    elapse(31 * 24 * 3600);
    await addEvents([idOf(0)]);
    await runCron();
    const altered = "A".repeat(43);
    await env.DB.prepare("UPDATE users SET erasure_key = ?").bind(altered).run();
    expect(await problem(`cursor=${idOf(0)}`, env)).toEqual([500, "unreadable_data"]);
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
        first: NOON - 1,
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
