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

/** Stops everything about the range in a database that has it, because it moves to another. */
export function stop(
  { $client: d1 }: Database,
  { first, last }: Range,
  { shard, other }: { shard: number; other: number },
): D1PreparedStatement {
  const sql = `UPDATE placements SET state = 'moving', other = ?4
    WHERE first >= ?1 AND last <= ?2 AND shard = ?3 AND state = 'live' AND other IS NULL`;
  return d1.prepare(sql).bind(first, last, shard, other);
}

/** Fails, and its transaction with it, if this database is the one that answers for some of the range. */
export function assertNotLive(
  { $client: d1 }: Database,
  { first, last }: Range,
  shard: number,
): D1PreparedStatement {
  const sql = `SELECT json_extract('[]', iif(EXISTS (
    SELECT 1 FROM placements WHERE state = 'live' AND shard = ?3 AND first <= ?2 AND last >= ?1), 'live here', '$'))`;
  return d1.prepare(sql).bind(first, last, shard);
}
