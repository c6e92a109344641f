/**
 * D1 as the Worker sees it, with a meter on it: round trips, and rows read and written. It changes
 * nothing on the way.
 */

export interface Meter {
  roundTrips: number;
  rowsRead: number;
  rowsWritten: number;
}

/** A binding to give to the Worker in the place of `db`, and what has gone through it. */
export function metered(db: D1Database): {
  binding: D1Database;
  meter: Meter;
  /** Every statement, once. */
  texts: Set<string>;
} {
  const meter: Meter = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
  const texts = new Set<string>();
  const count = (...results: D1Result[]) => {
    meter.roundTrips += 1;
    for (const { meta } of results) {
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
  return { binding: over(db), meter, texts };
}

const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();

function meteredStatement(
  statement: D1PreparedStatement,
  count: (result: D1Result) => void,
): D1PreparedStatement {
  const wrapped = new Proxy(statement, {
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
  originals.set(wrapped, statement);
  return wrapped;
}
