/**
 * Lists in pages, newest first. An opaque cursor says where the next page starts. If a list filters
 * by something that has no index, each page reads a *window* of rows, so that a page costs the same
 * however rare the matches are.
 */

import { statement, type Statement } from "../db/statement";

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

/** The row number that a page starts below. */
export function before(cursor: string | undefined): number {
  return cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
}

/** The last row of a full window. Null if the window reached the end. `window` must select `n`. */
export async function windowEnd(
  deps: Parameters<Statement>[0],
  window: string,
  values: Record<string, string | number | null>,
  size: number,
): Promise<number | null> {
  const look = statement(`SELECT count(*) AS read, min(n) AS last FROM (${window})`);
  const found = await look(deps, values).first<{ read: number; last: number | null }>();
  return found?.read === size ? found.last : null;
}
