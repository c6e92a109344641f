/**
 * A Bloom filter of what events can be searched by: user, app, type and outcome. Each object of the
 * archive has one in its row, so that a search reads no object in which it can find nothing. It never
 * hides an event. Of the objects without one, a search for a single user reads one in forty.
 */

import { hashBelow } from "../../crypto/golomb-set";

/** With eight bits for each entry, four hashes mistake 2.4 % of others for one. */
const BITS_PER_ENTRY = 8;
const HASHES = 4;
/** In a smaller filter the hashes would too often fall on the same bits. */
const MIN_BYTES = 16;
const RANGE = 2 ** 32;

const SEARCHED = ["userId", "appId", "type", "outcome"] as const;
type Searched = Partial<Record<(typeof SEARCHED)[number], string | null | undefined>>;

/** Makes the filter of these events. */
export function facetsOf(events: Searched[]): Uint8Array<ArrayBuffer> {
  const entries = new Set(events.flatMap(entriesOf));
  const filter = new Uint8Array(
    Math.max(MIN_BYTES, Math.ceil((entries.size * BITS_PER_ENTRY) / 8)),
  );
  for (const entry of entries) {
    for (const hash of hashesOf(entry)) setBit(filter, hash % (filter.length * 8));
  }
  return filter;
}

/** In each byte the higher half comes first, as `hex()` shows it to `MAY_HOLD`. */
function setBit(filter: Uint8Array, at: number): void {
  const byte = at >> 3;
  filter[byte] = (filter[byte] ?? 0) | (1 << ((at & 7) ^ 4));
}

/** What `MAY_HOLD` takes as `:hashes`. */
export function hashesFor(filter: Searched): string {
  return JSON.stringify(entriesOf(filter).flatMap(hashesOf));
}

/**
 * The condition that an object may hold an event with all that is searched for. SQLite has no
 * function that gives a byte as a number, so it looks at half a byte as a hexadecimal digit.
 */
const BIT = `(h.value % (length(facets) * 8))`;
const HALF_BYTE = `substr(hex(substr(facets, ${BIT} / 8 + 1, 1)), ${BIT} % 8 / 4 + 1, 1)`;
export const MAY_HOLD = `NOT EXISTS (SELECT 1 FROM json_each(:hashes) h
    WHERE (instr('0123456789ABCDEF', ${HALF_BYTE}) - 1) >> (${BIT} % 4) & 1 = 0)` as const;

function entriesOf(event: Searched): string[] {
  return SEARCHED.flatMap((name) => {
    const value = event[name];
    return value === null || value === undefined ? [] : [`${name} ${value}`];
  });
}

/** Two hashes give all others (Kirsch and Mitzenmacher, 2006). */
function hashesOf(entry: string): number[] {
  const [first, second] = [hashBelow(RANGE, entry), hashBelow(RANGE, `${entry} again`)];
  return Array.from({ length: HASHES }, (_, at) => (first + at * second) % RANGE);
}
