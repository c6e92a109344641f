/** What an export asks of D1, and how it ends where one request can carry no more. */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { HOUR, manifestOf, pack } from "../../../src/core/audit/archive-object";
import { OBJECTS_READ } from "../../../src/core/audit/archived";
import { MOST_EVENTS, MOST_PAGES } from "../../../src/core/audit/export";
import type { Bindings } from "../../../src/env";
import { addEvents, idOf, runCron } from "../../archive";
import { signedIn } from "../../console";
import { metered } from "../../d1-meter";
import { admin, problemCode } from "../../service";
import { insertInto } from "../../storage";
import { archiveAll, bucket, fillHours, NOON, unreachable } from "./archived-support";

const headers = { accept: "application/x-ndjson" };
/** D1 takes so many statements from one request, and R2 so many calls. */
const [MOST_STATEMENTS, MOST_CALLS] = [1000, 10_000];

interface Line {
  id?: number;
  nextCursor?: string;
}

/** An export's lines, and each round trip to D1 by its number of statements. */
async function measure(path: string, bindings: Bindings = env) {
  const { binding, trips } = metered();
  const response = await admin("GET", path, { headers, bindings: { ...bindings, ...binding } });
  const lines = (await response.text()).split("\n").slice(0, -1);
  return { trips, lines: lines.map((line): Line => JSON.parse(line)) };
}

/** Goes on until an export is at the end. Each part is without its last line if that says where to go on. */
async function readParts(bindings: Bindings = env) {
  const parts: { ids: number[]; trips: number[] }[] = [];
  for (let cursor: string | undefined = String(idOf(-1)); cursor !== undefined;) {
    const { lines, trips } = await measure(`/audit?cursor=${cursor}`, bindings);
    cursor = lines.at(-1)?.nextCursor;
    parts.push({ ids: lines.flatMap(({ id }) => id ?? []), trips });
  }
  return parts;
}

describe("an export asks D1", () => {
  /** What every request asks, and a look at the database. */
  let asked: number[];
  beforeEach(async () => {
    await addEvents([idOf(1)]);
    await measure("/audit");
    asked = (await measure("/audit")).trips;
  });

  it("two statements for a page of the database, and three if it passes over events", async () => {
    expect(asked.at(-1)).toBe(2);
    const { trips } = await measure("/audit?type=code.verified");
    expect(trips).toEqual([...asked.slice(0, -1), 3]);
  });

  it(`two for ${OBJECTS_READ} objects of the archive, and does not look at the database again`, async () => {
    await fillHours(2 * OBJECTS_READ + 5, 2, () => "usr_a");
    await archiveAll();
    const { trips, lines } = await measure("/audit");
    expect(trips).toEqual([...asked, 2, 2, 2]);
    expect(lines).toHaveLength(2 * (2 * OBJECTS_READ + 5) + 2);
    expect((await measure("/audit?type=code.verified")).trips.slice(-3)).toEqual([2, 2, 2]);
  });

  it("and one for the keys of the people of these", async () => {
    const user = { id: "usr_a", app_id: "accounts", external_id: "a", created_at: 0 };
    await insertInto(env.DB, "users", user).run();
    await fillHours(OBJECTS_READ + 1, 2, () => "usr_a");
    await env.DB.prepare("UPDATE audit_events SET ip = '192.0.2.1'").run();
    await archiveAll();
    expect((await measure("/audit")).trips.slice(-4)).toEqual([2, 1, 2, 1]);
  });
});

describe("an export that one request cannot carry", () => {
  it("ends with where to go on, however many objects there are", async () => {
    const hours = OBJECTS_READ * MOST_PAGES + 50;
    const objects = new Map<string, ArrayBuffer>();
    const rows: D1PreparedStatement[] = [];
    for (let hour = 1; hour <= hours; hour++) {
      const id = NOON - hour * HOUR;
      const manifest = manifestOf({ count: 1, first: id, last: id }, { part: 0, previous: null });
      const { name, sha256, bytes } = await pack(manifest, [JSON.stringify({ id })]);
      objects.set(name, bytes);
      const ends = { first_id: id, last_id: id, count: 1 };
      const row = { ...ends, name, sha256, bytes: bytes.byteLength, facets: "" };
      rows.push(insertInto(env.DB, "archive_objects", row));
    }
    await addEvents([idOf(0)]);
    await env.DB.batch(rows);
    let calls = 0;
    const parts = await readParts(
      bucket((name) => {
        calls += 1;
        return new Response(objects.get(name));
      }),
    );
    expect(parts).toHaveLength(2);
    expect(parts.flatMap(({ ids }) => ids)).toEqual([
      idOf(0),
      ...Array.from({ length: hours }, (_, at) => NOON - (at + 1) * HOUR),
    ]);
    for (const { trips } of parts) {
      expect(trips.reduce((sum, one) => sum + one)).toBeLessThan(MOST_STATEMENTS);
    }
    expect(calls).toBeLessThan(MOST_CALLS);
  });

  it("ends with where to go on, however many events there are, in a spreadsheet too", async () => {
    const insert = env.DB.prepare(`INSERT INTO audit_events (id, type, outcome, actor)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
      SELECT ?1 - i, 'code.verified', 'success', 'system' FROM n`);
    await insert.bind(idOf(0), MOST_EVENTS + 5).run();
    const operator = await signedIn();
    const rowsOf = async (path: string) =>
      (await operator.read(path)).trimEnd().split("\r\n").slice(1);
    const first = await rowsOf("/console/audit/export.csv?type=code.verified");
    const [, url = ""] = /^There is more: (https:\S+)$/.exec(first.pop() ?? "") ?? [];
    const { origin, pathname, search } = new URL(url);
    expect(origin).toBe(env.ISSUER_URL);
    const second = await rowsOf(pathname + search);
    expect([first.length, second.length]).toEqual([MOST_EVENTS, 5]);
    const ids = [...first, ...second].map((row) => Number(row.split(",").at(-1)));
    expect(ids.every((id, at) => id === idOf(0) - at - 1)).toBe(true);
  }, 120_000);
});

it("an export whose first page cannot be read is a problem, and no empty stream", async () => {
  vi.spyOn(console, "log").mockReturnValue();
  await addEvents([NOON - 1, idOf(0)]);
  await runCron();
  const path = `/audit?cursor=${NOON}`;
  const response = await admin("GET", path, { headers, bindings: unreachable });
  expect([response.status, await problemCode(response)]).toEqual([503, "archive_unavailable"]);
});
