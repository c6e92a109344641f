/** Lists in pages: newest first, with an opaque cursor that says where the next page starts. */

export interface PageRequest {
  cursor?: string | undefined;
  limit: number;
}

export interface Page<T> {
  items: T[];
  /** Null on the last page. */
  nextCursor: string | null;
}

/**
 * Of up to `limit + 1` rows, the page and whether there is more. The cursor column stays inside.
 */
export function toPage<T extends { cursor: number }>(
  rows: T[],
  limit: number,
): Page<Omit<T, "cursor">> {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  const items = page.map(({ cursor: _cursor, ...item }) => item);
  return { items, nextCursor: last ? String(last.cursor) : null };
}
