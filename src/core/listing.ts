/**
 * Lists in pages, newest first. An opaque cursor says where the next page starts. If a list filters
 * by something that has no index, each page reads a *window* of rows, so that a page costs the same
 * however rare the matches are.
 */

import { statement, type Statement } from "../db/statement";
import { invalidField } from "../problem";

export interface ListingRequest {
  cursor?: string | undefined;
  limit: number;
}

export interface Listing<T> {
  items: T[];
  /** Null on the last page. Other pages may be short or even empty. */
  nextCursor: string | null;
}

/**
 * Makes a page of up to `limit + 1` rows. A surplus row says that there is more. If there is none,
 * `endOfWindow` says where to go on. The cursor column is left out of the items.
 */
export async function toListing<T extends { cursor: number }>(
  rows: T[],
  limit: number,
  endOfWindow: () => Promise<number | null> = async () => null,
): Promise<Listing<Omit<T, "cursor">>> {
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? page.at(-1)?.cursor : await endOfWindow();
  const items = page.map(({ cursor: _cursor, ...item }) => item);
  return { items, nextCursor: next === null || next === undefined ? null : String(next) };
}

/** What one database has for a page: up to `limit + 1` rows, and where to go on if there are fewer. */
export interface Window<T> {
  rows: T[];
  end: () => Promise<number | null>;
}

/** Stands in a cursor for a database that has no more rows. */
const ENDED = 0;

/**
 * Makes a page of what all databases have, in the order of `keyOf`, the highest first. With one database
 * the cursor is a number. With several it has one for each, `12.0.7`, and a page goes on in each database
 * where it stopped. A database that was added since then is read from its start.
 */
export async function listOver<D, T extends { cursor: number }>(
  databases: readonly D[],
  { cursor, limit }: ListingRequest,
  look: (db: D, before: number) => Promise<Window<T>>,
  keyOf: (row: T) => number,
): Promise<Listing<Omit<T, "cursor">>> {
  const starts = startsIn(cursor, databases.length);
  const windows = await Promise.all(
    databases.map(async (db, at) => {
      const start = starts[at] ?? ENDED;
      return start === ENDED ? NOTHING : look(db, start);
    }),
  );
  const [only] = windows;
  if (only && databases.length === 1) return toListing(only.rows, limit, only.end);
  const merged = windows
    .flatMap(({ rows }, at) => inOrder(rows, keyOf).map((one) => ({ ...one, at })))
    .toSorted((a, b) => b.key - a.key || a.at - b.at);
  const page = merged.slice(0, limit);
  const next = await Promise.all(
    windows.map(async ({ rows, end }, at) => {
      const taken = page.filter((one) => one.at === at);
      if (taken.length === rows.length) return (await end()) ?? ENDED;
      return taken.at(-1)?.row.cursor ?? starts[at] ?? ENDED;
    }),
  );
  const items = page.map(({ row: { cursor: _cursor, ...item } }) => item);
  return { items, nextCursor: next.every((one) => one === ENDED) ? null : next.join(".") };
}

/**
 * Gives each row the lowest key so far. A cursor says how far a database was read, so no row may come before
 * one that the database has before it: a user who was moved there comes as if they were new.
 */
function inOrder<T>(rows: T[], keyOf: (row: T) => number): { row: T; key: number }[] {
  let least = Infinity;
  return rows.map((row) => ({ row, key: (least = Math.min(least, keyOf(row))) }));
}

const NOTHING = { rows: [], end: async () => null };

function startsIn(cursor: string | undefined, count: number): number[] {
  const given = positionsIn(cursor, count);
  return Array.from({ length: count }, (_, at) => given[at] ?? before(undefined));
}

/** The row number that a page starts below. Throws `invalid_request` for a cursor that is none of ours. */
export function before(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  const row = Number(cursor);
  if (Number.isSafeInteger(row)) return row;
  throw invalidField(["cursor"], "It is none that a page has given.");
}

/**
 * Positions in a cursor: one for each database, and perhaps others behind these. Throws `invalid_request` for
 * more than `most`.
 */
export function positionsIn(cursor: string | undefined, most: number): number[] {
  const positions = cursor === undefined ? [] : cursor.split(".").map(before);
  if (positions.length <= most) return positions;
  throw invalidField(["cursor"], "It is of more databases than there are.");
}

/** Looks at what a window has read. `window` must select `n`. */
export const lookAtEnd = <const Sql extends string>(window: Sql) =>
  statement(`SELECT count(*) AS read, min(n) AS last FROM (${window})` as const);

/** What `lookAtEnd` has found. */
export interface WindowEnd {
  read: number;
  last: number | null;
}

/** The last row of a full window. Null if the window reached the end. */
export function endOf([found]: WindowEnd[], size: number): number | null {
  return found?.read === size ? found.last : null;
}

/** Looks at the end of a window in a query of its own. */
export async function windowEnd(
  deps: Parameters<Statement>[0],
  window: string,
  values: Record<string, string | number | null>,
  size: number,
): Promise<number | null> {
  const look: Statement = lookAtEnd(window);
  const { results } = await look(deps, values).all<WindowEnd>();
  return endOf(results, size);
}
