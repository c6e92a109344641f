/**
 * Lists in pages: newest first, with an opaque cursor that says where the next page starts. A list
 * that filters what no index finds reads a *window* of rows for each page, so that a page costs the
 * same however rare it is what is looked for.
 */

import { statement, type Statement } from "../db/statement";

export interface ListingRequest {
  cursor?: string | undefined;
  limit: number;
}

export interface Listing<T> {
  items: T[];
  /** Null on the last page; others may be short, and even empty. */
  nextCursor: string | null;
}

/**
 * Of up to `limit + 1` rows, the page and whether there is more: if these are all of a window, what
 * `endOfWindow` says. The cursor column stays inside.
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

/** What a page starts below. */
export function before(cursor: string | undefined): number {
  return cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
}

/** The last row of a full window; null if it came to the end. `window` selects `n`. */
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
