/**
 * D1 as the Worker sees it, with a meter on it: round trips, and rows read and written. It changes
 * nothing on the way.
 */

import type { Bindings } from "../src/env";
import { wrapped } from "./databases";
import { admin } from "./service";

export interface Meter {
  roundTrips: number;
  rowsRead: number;
  rowsWritten: number;
}

/**
 * Bindings to give to the Worker in the place of its databases, or in the place of `DB` alone if that is given,
 * and what has gone through them.
 */
export function metered(only?: D1Database): {
  binding: Pick<Env, "DB">;
  meter: Meter;
  /** Every statement, once. */
  texts: Set<string>;
  /** How many statements each round trip has. */
  trips: number[];
} {
  const meter: Meter = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
  const texts = new Set<string>();
  const trips: number[] = [];
  const count = (...results: D1Result[]) => {
    if (isMap(results)) return;
    meter.roundTrips += 1;
    trips.push(results.length);
    for (const { meta, results: rows } of results) {
      // What is one more with several databases (`core/shard/placement.ts`), and is asked by itself.
      if ("fence" in Object(rows[0])) continue;
      meter.rowsRead += meta.rows_read;
      meter.rowsWritten += meta.rows_written;
    }
  };
  const over = <Database extends D1Database | D1DatabaseSession>(database: Database): Database =>
    new Proxy(database, {
      get(target, member) {
        if (member === "withSession" && "withSession" in target) {
          return (constraint: D1SessionConstraint) => over(target.withSession(constraint));
        }
        if (member === "prepare") {
          return (sql: string) => {
            texts.add(sql);
            return meteredStatement(target.prepare(sql), count);
          };
        }
        if (member === "batch") {
          return async (statements: D1PreparedStatement[]) => {
            const results = await target.batch(statements.map((one) => originals.get(one) ?? one));
            count(...results);
            return results;
          };
        }
        throw new Error(`the meter does not know ${String(member)}`);
      },
    });
  return { binding: only ? { DB: over(only) } : wrapped((db) => over(db)), meter, texts, trips };
}

/** An isolate reads the map of several databases once a minute. */
function isMap([first]: D1Result[]): boolean {
  return "shard" in Object(first?.results[0]);
}

const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();

function meteredStatement(
  statement: D1PreparedStatement,
  count: (result: D1Result) => void,
): D1PreparedStatement {
  const one = new Proxy(statement, {
    get(target, member) {
      if (member === "bind") {
        return (...values: unknown[]) => meteredStatement(target.bind(...values), count);
      }
      if (member === "all" || member === "run") {
        return async () => {
          const result = await target.all();
          count(result);
          return result;
        };
      }
      if (member === "first") {
        return async (column?: string) => {
          const result = await target.all();
          count(result);
          const row: Record<string, unknown> | undefined = result.results[0];
          return (column === undefined ? row : row?.[column]) ?? null;
        };
      }
      if (member === "raw") {
        return async () => {
          const result = await target.all();
          count(result);
          return result.results.map((row) => Object.values(row));
        };
      }
      throw new Error(`the meter does not know ${String(member)}`);
    },
  });
  originals.set(one, statement);
  return one;
}

/** Makes the isolate read which webhooks there are, as it does twice a minute at most, after an answer. */
export async function knowWebhooks(bindings: Bindings): Promise<void> {
  await admin("POST", "/apps", { body: { name: "Another app" }, bindings });
}
