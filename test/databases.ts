/**
 * The databases that a test runs on: one, or several if TEST_DATABASES says so. Then the buckets are spread
 * over them, so that most users are not in the first one.
 */

import { env } from "cloudflare:workers";
import { vi } from "vitest";

/** `DB`, `DB1` and so on, as far as they are bound. */
export const DATABASES: { name: string; d1: D1Database }[] = Object.entries(env)
  .flatMap(([name, binding]) => (/^DB\d*$/.test(name) ? [{ name, d1: binding }] : []))
  .toSorted((a, b) => numberOf(a.name) - numberOf(b.name));

export const isMany = DATABASES.length > 1;

/** One database cannot be restored by itself: it has the map. */
export function isPossible({ path }: { path: string }): boolean {
  return isMany || !path.endsWith("/restoration");
}

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
  const own = RANGES.map(
    ([first, last, shard]) => [first, last, shard % DATABASES.length] as const,
  );
  const known = own.filter(([, , shard]) => at === 0 || shard === at);
  return [
    ...(at === 0 ? DATABASES.slice(1) : []).map(({ name }) =>
      d1.prepare("INSERT INTO shards (number, added_at) VALUES (?, 0)").bind(numberOf(name)),
    ),
    d1.prepare("DELETE FROM placements"),
    ...known.map((range) =>
      d1
        .prepare(
          "INSERT INTO placements (first, last, shard, epoch, state) VALUES (?, ?, ?, 1, 'live')",
        )
        .bind(...range),
    ),
  ];
}

/**
 * Whether a batch is one that the service asked for. Where there are several databases, a single statement is
 * a batch too, with the fence.
 */
export function isCommit(statements: readonly unknown[]): boolean {
  return !isMany || statements.length > 2;
}

/** What happens to every batch that the service asks for, until it is restored. */
export function spyOnCommits(tell: (commit: () => Promise<D1Result[]>) => Promise<D1Result[]>) {
  const spies = DATABASES.map(({ d1 }) => {
    const batch = d1.batch.bind(d1);
    return vi.spyOn(d1, "batch").mockImplementation(async (statements): Promise<never[]> => {
      const commit = () => batch<never>(statements);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows of any type
      return (isCommit(statements) ? tell(commit) : commit()) as Promise<never[]>;
    });
  });
  return { mockRestore: () => spies.forEach((spy) => spy.mockRestore()) };
}

/** The database that has the user with this id. */
export async function databaseOf(userId: string): Promise<D1Database> {
  for (const { d1 } of DATABASES) {
    const user = d1.prepare("SELECT 1 AS one FROM users WHERE id = ?").bind(userId);
    if ((await user.first()) !== null) return d1;
  }
  throw new Error(`no database has ${userId}`);
}

/** Lets a second pass between two things if they may be in two databases, which only time puts in order. */
export function separate(): void {
  if (isMany) vi.setSystemTime(Date.now() + 1000);
}

/** The bindings as they were when there was one database: only then are events archived. */
export function withoutOthers<Given extends object>(bindings: Given): Given {
  const others = DATABASES.slice(1).map(({ name }) => [name, undefined]);
  return { ...bindings, ...Object.fromEntries(others) };
}

type Wrap = (d1: D1Database, at: number) => D1Database;

/** Each database as `wrap` makes it. */
export function wrapped(wrap: Wrap): Pick<Env, "DB"> {
  const others = DATABASES.map(({ name, d1 }, at) => [name, wrap(d1, at)] as const);
  return { DB: env.DB, ...Object.fromEntries(others) };
}

/** Bindings in which each database is what `wrap` makes of it. */
export function wrapping(wrap: Wrap): Env {
  return { ...env, ...wrapped(wrap) };
}

/**
 * All databases as one, for tests that look at rows or change them directly: every statement runs in each.
 * Rows are those of all; `first` gives the first row of any.
 */
export const everywhere = {
  prepare: (sql: string) => statementOf(sql, []),
  async batch(statements: EverywhereStatement[]): Promise<void> {
    for (const place of DATABASES) {
      const own = statements.filter(({ sql }) => placesOf(sql).includes(place));
      const { d1 } = place;
      if (own.length > 0)
        await d1.batch(own.map(({ sql, values }) => d1.prepare(sql).bind(...values)));
    }
  },
  async exec(sql: string): Promise<void> {
    for (const { d1 } of DATABASES) await d1.exec(sql);
  },
};

type EverywhereStatement = ReturnType<typeof statementOf>;

/** Every database has a copy of these. */
const COPIED = /^\s*SELECT\b(?!.*\b(?:users|audit_events)\b).*\bFROM (?:apps|api_keys)\b/is;
const MADE_UP = /^\s*INSERT\b(?!.*\bFROM users\b)/is;
const AGGREGATE = /^\s*SELECT (count|max)\(/i;

/**
 * Where a statement runs: in all databases, but copies are read in the first one, and rows that a test makes
 * up are written there.
 */
function placesOf(sql: string): typeof DATABASES {
  return COPIED.test(sql) || MADE_UP.test(sql) ? DATABASES.slice(0, 1) : DATABASES;
}

/** One row of what each database counted. */
function together(sql: string, rows: Record<string, unknown>[]): Record<string, unknown>[] {
  const [, what] = AGGREGATE.exec(sql) ?? [];
  const [first] = rows;
  if (what === undefined || first === undefined || rows.length === 1) return rows;
  const names = Object.keys(first);
  const fold = (name: string) => {
    const numbers = rows.map((row) => Number(row[name] ?? 0));
    return what.toLowerCase() === "max"
      ? Math.max(...numbers)
      : numbers.reduce((sum, one) => sum + one, 0);
  };
  return [Object.fromEntries(names.map((name) => [name, fold(name)]))];
}

function statementOf(sql: string, values: unknown[]) {
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as D1's own
  const all = async <T = Record<string, unknown>>(): Promise<{ results: T[] }> => {
    const found = await Promise.all(
      placesOf(sql).map(({ d1 }) =>
        d1
          .prepare(sql)
          .bind(...values)
          .all(),
      ),
    );
    const rows = together(
      sql,
      found.flatMap(({ results }) => results),
    );
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- typed by the caller, as D1's own
    return { results: rows as T[] };
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
    raw: async () => (await all()).results.map((row) => Object.values(row)),
    first,
  };
}
