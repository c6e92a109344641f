/**
 * The databases that a test runs on: one, or several if TEST_DATABASES says so. Then the buckets are spread
 * over them, so that most users are not in the first one.
 */

import { env } from "cloudflare:workers";

/** `DB`, `DB1` and so on, as far as they are bound. */
export const DATABASES: { name: string; d1: D1Database }[] = Object.entries(env)
  .flatMap(([name, binding]) => (/^DB\d*$/.test(name) ? [{ name, d1: binding }] : []))
  .toSorted((a, b) => numberOf(a.name) - numberOf(b.name));

export const isMany = DATABASES.length > 1;

function numberOf(name: string): number {
  return Number(name.slice(2));
}

/** The ranges of the tests: those without a region in four parts, the accounts apart from the control database. */
const RANGES: [first: string, last: string, shard: number][] = [
  ["222", "2zz", 1],
  ["322", "3zz", 0],
  ["422", "4zz", 2],
  ["522", "5zz", 3],
  ["622", "zzz", 1],
];

/** The statements that spread the buckets, for each database. */
export function spreadOver(at: number, d1: D1Database): D1PreparedStatement[] {
  if (!isMany) return [];
  const own = RANGES.map(([first, last, shard]) => [first, last, shard % DATABASES.length] as const);
  const known = own.filter(([, , shard]) => at === 0 || shard === at);
  return [
    d1.prepare("DELETE FROM placements"),
    ...known.map((range) =>
      d1
        .prepare("INSERT INTO placements (first, last, shard, epoch, state) VALUES (?, ?, ?, 1, 'live')")
        .bind(...range),
    ),
  ];
}

/** Bindings in which each database is what `wrap` makes of it. */
export function wrapping(wrap: (d1: D1Database, at: number) => D1Database, base: Env = env): Env {
  return { ...base, ...Object.fromEntries(DATABASES.map(({ name, d1 }, at) => [name, wrap(d1, at)])) };
}

/**
 * All databases as one, for tests that look at rows or change them directly: every statement runs in each.
 * Rows are those of all; `first` gives the first row of any.
 */
export const everywhere = {
  prepare: (sql: string) => statementOf(sql, []),
  async batch(statements: EverywhereStatement[]): Promise<void> {
    for (const { d1 } of DATABASES) {
      await d1.batch(statements.map(({ sql, values }) => d1.prepare(sql).bind(...values)));
    }
  },
};

type EverywhereStatement = ReturnType<typeof statementOf>;

function statementOf(sql: string, values: unknown[]) {
  const all = async <T = Record<string, unknown>>(): Promise<{ results: T[] }> => {
    const found = await Promise.all(
      DATABASES.map(({ d1 }) =>
        d1
          .prepare(sql)
          .bind(...values)
          .all<T>(),
      ),
    );
    return { results: found.flatMap(({ results }) => results) };
  };
  async function first<T = Record<string, unknown>>(): Promise<T | null>;
  async function first<T>(column: string): Promise<T | null>;
  async function first<T>(column?: string): Promise<T | null> {
    const { results } = await all<Record<string, T>>();
    const [row] = results;
    if (!row) return null;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- typed by the caller, as D1's own
    return (column === undefined ? row : (row[column] ?? null)) as T | null;
  }
  return {
    sql,
    values,
    bind: (...bound: unknown[]) => statementOf(sql, bound),
    all,
    run: all,
    first,
  };
}
