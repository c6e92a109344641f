/**
 * Moves a range of buckets to another database, in small steps that whoever drives it asks for one after the
 * other. Where a step stopped or failed, the next one goes on, and two drivers at once do no harm:
 *
 * 1. The map says that the range is moving, and so does the source. Nothing of its users is answered.
 * 2. The rows are copied, and then compared. The source does not change any more, so a copy can be made again.
 * 3. The target takes over at the next epoch, if it has as many rows as the source in the same transaction;
 *    from then on nothing is copied to it. Then the map says so.
 * 4. The source deletes its rows.
 *
 * Until the map says so, the move can be given up (give-up.ts).
 */

import { z } from "zod";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { nameOf } from "../app/publish";
import { MINUTE } from "../policy";
import { forgetMap, readMap, type Placement } from "../shard/map";
import { assertNotOver, cut, stop, type Range } from "../shard/ranges";
import { cleanUpAfter, empty } from "./copies";
import { giveUp } from "./give-up";
import { isPosition, readPage, START, store, textOf, type Page, type Position } from "./moved-rows";
import { assertNotRestoring } from "./shards";
import { hasTakenOver, switchMap, takeOver, type Way } from "./take-over";

export interface Move extends Range {
  /** The number of the database that gets the range. */
  target: number;
  /** What the last step answered. */
  cursor?: string | undefined;
}

/** What a step did, and where the next one goes on. */
export interface Step {
  state: "copying" | "comparing" | "deleting" | "given_up" | "done";
  /** The part of the range that the step was about. */
  range: Range | null;
  rows: number;
  cursor: string | null;
}

/** How many pages one step copies, compares or deletes. */
const PAGES = 20;
/** How long isolates may go on that do not know yet of a database that was added. */
export const KNOWN_AFTER = 10 * MINUTE;

/**
 * Takes the next step. What is on its way from the target itself stays there: its move is given up. Throws
 * `not_found` for a database that is not bound or was not added, and `conflict` if it was added too short a
 * time ago, if a part of the range moves elsewhere or is in a database that is being restored, and what
 * `giveUp` throws.
 */
export async function stepMove(deps: Deps, move: Move): Promise<Step> {
  await assertReady(deps, move.target);
  const map = await readMap(deps.shards, deps.now);
  const rows = map.filter(({ first, last }) => first <= move.last && last >= move.first);
  await assertNotRestoring(deps.shards, [move.target, ...rows.map(({ shard }) => shard)]);
  const back = rows.find(({ shard, state }) => state === "moving" && shard === move.target);
  if (back) return { state: "given_up", range: await giveUp(deps, back), rows: 0, cursor: null };
  const left = rows.find(({ state, other }) => state === "live" && other !== null);
  if (left) return deleteLeft(deps, left);
  const moving = rows.find(({ state }) => state === "moving");
  if (moving) return goOn(deps, wayOf(deps, moving, move), move.cursor);
  const next = rows.find(({ shard }) => shard !== move.target);
  if (!next) return { state: "done", range: null, rows: 0, cursor: null };
  return begin(deps, next, move);
}

async function assertReady({ shards, now }: Deps, target: number): Promise<void> {
  if (!shards.all[target]) throw new Problem("not_found", { detail: "No such database." });
  if (target === 0) return;
  const sql = "SELECT added_at FROM shards WHERE number = ?1";
  const addedAt = await shards.control.$client.prepare(sql).bind(target).first<number>("added_at");
  if (addedAt === null) throw new Problem("not_found", { detail: "Add this database first." });
  const seconds = Math.ceil((addedAt + KNOWN_AFTER - now.getTime()) / 1000);
  if (seconds <= 0) return;
  throw new Problem("conflict", {
    detail: "The database was added too short a time ago: not all of the service may know of it.",
    retryAfter: seconds,
  });
}

function wayOf({ shards }: Deps, row: Placement, { target }: Move): Way {
  const { first, last, epoch, shard, other } = row;
  const [from, to] = [shards.all[shard], shards.all[target]];
  if (!from || !to) throw new Problem("not_found", { detail: "No such database." });
  if (other !== target) {
    const detail = `${first} to ${last} is on its way to ${nameOf(other ?? 0)}.`;
    throw new Problem("conflict", { detail });
  }
  const range = { first, last };
  return { range, epoch, source: { shard, db: from }, target: { shard: target, db: to } };
}

async function begin(
  { shards }: Deps,
  { shard, epoch, ...row }: Placement,
  move: Move,
): Promise<Step> {
  const range = {
    first: row.first > move.first ? row.first : move.first,
    last: row.last < move.last ? row.last : move.last,
  };
  const { control } = shards;
  const ends = { shard, epoch, other: move.target };
  await control.$client.batch([...cut(control, range), stop(control, range, ends)]);
  forgetMap(shards);
  return { state: "copying", range, rows: 0, cursor: null };
}

async function goOn(deps: Deps, way: Way, cursor: string | undefined): Promise<Step> {
  const { range, epoch, source, target } = way;
  const ends = { shard: source.shard, epoch, other: target.shard };
  // Asked first: the source may be lost by then, and is not needed any more.
  if (await hasTakenOver(way)) return finish(deps, way);
  // Idempotent. Nothing is copied before the source has stopped.
  await source.db.$client.batch([...cut(source.db, range), stop(source.db, range, ends)]);
  const at = readCursor(cursor, range);
  if (at === null) await empty(target.db, { range, epoch });
  return at?.phase === "comparing"
    ? compare(deps, way, at.position)
    : copy(way, at?.position ?? START);
}

async function copy(way: Way, start: Position): Promise<Step> {
  const { range, epoch, source, target } = way;
  let [at, count]: [Position | null, number] = [start, 0];
  for (let pages = 0; at !== null && pages < PAGES; pages++) {
    const page = await readPage(source.db, range, at);
    const statements = store(target.db, page.rows);
    if (statements.length > 0) {
      await target.db.$client.batch([assertNotOver(target.db, range, epoch), ...statements]);
    }
    count += page.rows.reduce((sum, { rows }) => sum + rows.length, 0);
    at = page.next;
  }
  const phase = at === null ? "comparing" : "copying";
  return { state: phase, range, rows: count, cursor: toCursor(range, phase, at ?? START) };
}

async function compare(deps: Deps, way: Way, start: Position): Promise<Step> {
  const { range, source, target } = way;
  let [at, count]: [Position | null, number] = [start, 0];
  for (let pages = 0; at !== null && pages < PAGES; pages++) {
    const one: Page = await readPage(source.db, range, at);
    const other: Page = await readPage(target.db, range, at);
    // Copied anew, from the beginning.
    if (textOf(one) !== textOf(other)) return { state: "copying", range, rows: 0, cursor: null };
    count += one.rows.reduce((sum, { rows }) => sum + rows.length, 0);
    at = one.next;
  }
  if (at === null) {
    await takeOver(deps, way);
    return finish(deps, way);
  }
  return { state: "comparing", range, rows: count, cursor: toCursor(range, "comparing", at) };
}

async function finish(deps: Deps, way: Way): Promise<Step> {
  await deps.shards.control.$client.batch(switchMap(deps, way));
  forgetMap(deps.shards);
  return { state: "deleting", range: way.range, rows: 0, cursor: null };
}

async function deleteLeft(deps: Deps, left: Placement): Promise<Step> {
  const { first, last } = left;
  const rows = await cleanUpAfter(deps, left, PAGES);
  return { state: "deleting", range: { first, last }, rows, cursor: null };
}

type Phase = "copying" | "comparing";

const Cursor = z
  .string()
  .transform((text) => parsedJson(text))
  .pipe(
    z.object({
      first: z.string(),
      phase: z.enum(["copying", "comparing"]),
      position: z.object({ part: z.int(), after: z.array(z.union([z.string(), z.number()])) }),
    }),
  );

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function toCursor({ first }: Range, phase: Phase, position: Position): string {
  return JSON.stringify({ first, phase, position });
}

/** Null if it is of no use: of another range, or none of ours. Then the copy begins anew. */
function readCursor(
  cursor: string | undefined,
  { first }: Range,
): { phase: Phase; position: Position } | null {
  const { success, data } = Cursor.safeParse(cursor);
  return success && data.first === first && isPosition(data.position) ? data : null;
}
