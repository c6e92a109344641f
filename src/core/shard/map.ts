/** The map: which database has which buckets. The control database keeps it, and isolates remember it. */

import type { placements } from "../../db/shard-schema";
import type { Row } from "../../db/row";
import type { Shards } from "../../env";

export type Placement = Row<typeof placements>;

/** How long an isolate goes by the map that it read, in milliseconds. The fence finds what is out of date. */
const REMEMBERED = 60_000;

const remembered = new WeakMap<Shards, { map: Placement[]; readAt: number }>();

const READ = `SELECT first, last, shard, epoch, state, other FROM placements ORDER BY first`;

/**
 * Where a bucket is. What is remembered of a bucket that is being moved is read again. If the control
 * database does not answer, what is remembered goes on.
 */
export async function findPlacement(shards: Shards, bucket: string, now: Date): Promise<Placement> {
  const known = remembered.get(shards);
  const found = known && lookUp(known.map, bucket);
  // The absolute difference keeps it from being used for longer because the clock was set back.
  const isFresh = known && Math.abs(now.getTime() - known.readAt) < REMEMBERED;
  if (found && isFresh && found.state === "live") return found;
  try {
    return lookUp(await readMap(shards, now), bucket);
  } catch (error) {
    if (found?.state === "live") return found;
    throw error;
  }
}

/** Reads the map anew, and remembers it. */
export async function readMap(shards: Shards, now: Date): Promise<Placement[]> {
  const { results: map } = await shards.control.$client.prepare(READ).all<Placement>();
  remembered.set(shards, { map, readAt: now.getTime() });
  return map;
}

/** The next request reads the map anew. */
export function forgetMap(shards: Shards): void {
  remembered.delete(shards);
}

/** The range that has this bucket. The ranges are in order, and cover every bucket. */
function lookUp(map: Placement[], bucket: string): Placement {
  let [low, high] = [0, map.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((map[middle]?.first ?? "") <= bucket) low = middle;
    else high = middle - 1;
  }
  const found = map[low];
  if (!found || found.first > bucket || found.last < bucket) {
    throw new Error(`the map has no bucket ${bucket}`);
  }
  return found;
}
