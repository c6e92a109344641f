/** The map: which database has which buckets. The control database keeps it, and isolates remember it. */

import type { placements } from "../../db/shard-schema";
import type { Row } from "../../db/row";
import type { Shards } from "../../env";
import { MINUTE } from "../policy";

export type Placement = Row<typeof placements>;

/** How long an isolate goes by the map that it read, in milliseconds. The fence finds what is out of date. */
const REMEMBERED = MINUTE;
/**
 * How long an isolate goes on with it while the control database does not answer. A database that is to be
 * restored to the past has to wait for so long, because its past may agree with an old map.
 */
export const GOES_ON = 10 * MINUTE;

const remembered = new WeakMap<Shards, { map: Placement[]; readAt: number }>();

const READ = `SELECT first, last, shard, epoch, state, other FROM placements ORDER BY first`;

/**
 * Where a bucket is. What is remembered of a bucket that is being moved is read again. If the control
 * database does not answer, what is remembered goes on for ten minutes.
 */
export async function findPlacement(shards: Shards, bucket: string, now: Date): Promise<Placement> {
  const known = remembered.get(shards);
  const found = known && lookUp(known.map, bucket);
  // The absolute difference keeps it from being used for longer because the clock was set back.
  const age = known ? Math.abs(now.getTime() - known.readAt) : Infinity;
  if (found?.state === "live" && age < REMEMBERED) return found;
  try {
    return lookUp(await readMap(shards, now), bucket);
  } catch (error) {
    if (found?.state === "live" && age < GOES_ON) return found;
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
