/**
 * Deletes what has expired from a table whose rows are written too often to pay for an index by
 * expiry. The table is walked in the order of its primary key, a window at a time, at most once in
 * a run.
 */

import { statement, type Statement } from "../../db/statement";
import type { Deps } from "../../env";
import type { Cleaned } from "./cleanup";

/** How many rows one transaction looks at. */
export const WINDOW_ROWS = 2000;

const GO_ON = statement(`
  INSERT INTO cleanup_cursors (name, position) VALUES (:table, :position)
  ON CONFLICT (name) DO UPDATE SET position = excluded.position`);

interface Window {
  /** The window begins behind this primary key. */
  first: string;
  last: string | null;
  count: number;
}

/** Makes a task of the clean-up. Where one run stops, the next one goes on. */
export function sweepTable(table: string, key: string, condition: string) {
  const position = `coalesce((SELECT position FROM cleanup_cursors WHERE name = '${table}'), '')`;
  const LOOK = statement(`
  SELECT ${position} AS first, max(${key}) AS last, count(*) AS count
  FROM (SELECT ${key} FROM ${table} WHERE ${key} > ${position} ORDER BY ${key} LIMIT ${WINDOW_ROWS})`);
  const DELETE: Statement<"first" | "last" | "now"> = statement(`
  DELETE FROM ${table} WHERE ${key} > :first AND ${key} <= :last AND ${condition}`);

  return async (deps: Deps): Promise<Cleaned> => {
    const { results } = await LOOK(deps, {}).all<Window>();
    const { first, last, count } = results[0] ?? { first: "", last: null, count: 0 };
    const more = count === WINDOW_ROWS;
    const next = more ? (last ?? "") : "";
    const statements = [
      ...(last === null ? [] : [DELETE(deps, { first, last, now: deps.now.getTime() })]),
      ...(next === first ? [] : [GO_ON(deps, { table, position: next })]),
    ];
    const [swept] = statements.length === 0 ? [] : await deps.db.$client.batch(statements);
    return { deleted: last === null ? 0 : (swept?.meta.changes ?? 0), more, trips: 2 };
  };
}
