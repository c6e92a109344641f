/** Statements about ranges of buckets, in the table `placements` of any database. */

import type { Database } from "../../env";
import { neighbour } from "./bucket";

/** Buckets from `first` to `last`. */
export interface Range {
  first: string;
  last: string;
}

const COPY = `INSERT INTO placements (first, last, shard, epoch, state, other)
  SELECT ?1, last, shard, epoch, state, other FROM placements`;

/** Cuts what crosses the ends of a range, so that each row is either in it or outside. */
export function cut({ $client: d1 }: Database, { first, last }: Range): D1PreparedStatement[] {
  const [behind, before] = [neighbour(last, 1), neighbour(first, -1)];
  return [
    ...(behind === null
      ? []
      : [
          d1.prepare(`${COPY} WHERE first <= ?2 AND last > ?2`).bind(behind, last),
          d1.prepare("UPDATE placements SET last = ?1 WHERE first <= ?1 AND last > ?1").bind(last),
        ]),
    ...(before === null
      ? []
      : [
          d1.prepare(`${COPY} WHERE first < ?1 AND last >= ?1`).bind(first),
          d1
            .prepare("UPDATE placements SET last = ?2 WHERE first < ?1 AND last >= ?1")
            .bind(first, before),
        ]),
  ];
}

/** Who has a range at which epoch, and where it moves to. */
interface Ends {
  shard: number;
  epoch: number;
  other: number;
}

/** Stops everything about the range in a database that has it, because it moves to another. */
export function stop(
  { $client: d1 }: Database,
  { first, last }: Range,
  { shard, epoch, other }: Ends,
): D1PreparedStatement {
  const sql = `UPDATE placements SET state = 'moving', other = ?5
    WHERE first >= ?1 AND last <= ?2 AND shard = ?3 AND epoch = ?4 AND state = 'live' AND other IS NULL`;
  return d1.prepare(sql).bind(first, last, shard, epoch, other);
}

/** Lets a database that had stopped answer again, two epochs later. */
export function answerAgain(
  { $client: d1 }: Database,
  { first, last }: Range,
  { shard, epoch, other }: Ends,
): D1PreparedStatement {
  const sql = `UPDATE placements SET state = 'live', epoch = epoch + 2, other = NULL
    WHERE first >= ?1 AND last <= ?2 AND shard = ?3 AND epoch = ?4 AND state = 'moving' AND other = ?5`;
  return d1.prepare(sql).bind(first, last, shard, epoch, other);
}

/** Says in a database that another one has the range, from this epoch on. */
export function leaveTo(
  db: Database,
  range: Range,
  { shard, epoch }: Omit<Ends, "other">,
): D1PreparedStatement[] {
  const { $client: d1 } = db;
  const { first, last } = range;
  const mark = `INSERT INTO placements (first, last, shard, epoch, state) VALUES (?1, ?2, ?3, ?4, 'moving')`;
  return [
    ...cut(db, range),
    d1.prepare("DELETE FROM placements WHERE first >= ?1 AND last <= ?2").bind(first, last),
    d1.prepare(mark).bind(first, last, shard, epoch),
  ];
}

/**
 * Fails, and its transaction with it, if this database knows a later epoch of some of the range. So whoever
 * drives a move that is over, or was given up, is too late wherever they are.
 */
export function assertNotOver(
  { $client: d1 }: Database,
  { first, last }: Range,
  epoch: number,
): D1PreparedStatement {
  const sql = `SELECT json_extract('[]', iif(EXISTS (
    SELECT 1 FROM placements WHERE epoch > ?3 AND first <= ?2 AND last >= ?1), 'this is over', '$'))`;
  return d1.prepare(sql).bind(first, last, epoch);
}
