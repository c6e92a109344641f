/** The moment at which a range changes hands: the target answers for it, and then the map says so. */

import type { Database, Deps } from "../../env";
import { FORGET_DEVICES, nameOf } from "../app/publish";
import { recordWhere, type AuditEvent } from "../audit/event";
import { ACCOUNTS_APP } from "../policy";
import { assertNotOver, cut, type Range } from "../shard/ranges";
import { assertCounts, countRows } from "./moved-rows";

/** A range that is moving from one database to another. */
export interface Way {
  range: Range;
  epoch: number;
  source: { shard: number; db: Database };
  target: { shard: number; db: Database };
}

/** The users of apps that were deleted while they were on their way. */
const ENQUEUE = `INSERT OR IGNORE INTO deleted_apps (app_id)
  SELECT a.id FROM apps a WHERE a.deleted_at IS NOT NULL AND EXISTS (SELECT 1 FROM users u WHERE u.app_id = a.id)`;

/**
 * Lets the target answer for the range, at the next epoch. Fails if the move is over, or if it has not
 * as many rows as the source.
 */
export async function takeOver(deps: Deps, way: Way): Promise<void> {
  const { range, epoch, source, target } = way;
  const counts = await countRows(source.db, range).first<string>("counts");
  const d1 = target.db.$client;
  const { first, last } = range;
  await d1.batch([
    assertNotOver(target.db, range, epoch),
    assertCounts(target.db, range, counts ?? ""),
    d1.prepare(ENQUEUE),
    FORGET_DEVICES(target, { id: ACCOUNTS_APP }),
    ...(target.shard === 0
      ? switchMap(deps, way)
      : [
          ...cut(target.db, range),
          d1.prepare("DELETE FROM placements WHERE first >= ?1 AND last <= ?2").bind(first, last),
          d1
            .prepare(
              "INSERT INTO placements (first, last, shard, epoch, state) VALUES (?1, ?2, ?3, ?4, 'live')",
            )
            .bind(first, last, target.shard, epoch + 1),
        ]),
  ]);
}

/** Whether the target has taken over already, although the map does not say so yet. */
export async function hasTakenOver({ range, epoch, target }: Way): Promise<boolean> {
  const sql = `SELECT 1 AS live FROM placements
    WHERE first <= ?1 AND last >= ?2 AND shard = ?3 AND epoch = ?4 AND state = 'live'`;
  const values = [range.first, range.last, target.shard, epoch + 1];
  const d1 = target.db.$client;
  return (
    (await d1
      .prepare(sql)
      .bind(...values)
      .first("live")) !== null
  );
}

/** Makes the map say that the target has the range, if it still says that the range is on its way there. */
export function switchMap(deps: Deps, way: Way): D1PreparedStatement[] {
  const { range, epoch, source, target } = way;
  const sql = `UPDATE placements SET shard = ?3, epoch = ?4 + 1, state = 'live', other = ?5
    WHERE first >= ?1 AND last <= ?2 AND state = 'moving' AND other = ?3 AND epoch = ?4`;
  const d1 = deps.shards.control.$client;
  return [
    recordEnd(deps, way),
    d1.prepare(sql).bind(range.first, range.last, target.shard, epoch, source.shard),
  ];
}

const recordIfMoving = recordWhere(`EXISTS (SELECT 1 FROM placements
  WHERE first = :first AND last = :last AND shard = :from AND state = 'moving' AND other = :to AND epoch = :epoch)`);

/** Records how a move has ended. It comes before the statement in the map that ends it. */
export function recordEnd(
  deps: Deps,
  { range: { first, last }, epoch, source, target }: Ended,
  end: Pick<AuditEvent, "outcome" | "reason"> = {},
): D1PreparedStatement {
  const [from, to] = [source.shard, target.shard];
  const note = `${first}-${last}: ${nameOf(from)} to ${nameOf(to)}`;
  const event = { type: "range.moved" as const, actor: "admin", appId: null, note, ...end };
  return recordIfMoving({ ...deps, db: deps.shards.control }, event, {
    first,
    last,
    from,
    to,
    epoch,
  });
}

/** A move, as far as its event says. */
interface Ended extends Pick<Way, "range" | "epoch"> {
  source: { shard: number };
  target: { shard: number };
}
