/** Takes rows out of a database that does not answer for them: what a move has left, or has to copy anew. */

import type { Database, Deps } from "../../env";
import { Problem } from "../../problem";
import { nameOf } from "../app/publish";
import { forgetMap, type Placement } from "../shard/map";
import { answerAgain, assertNotOver, leaveTo, type Range } from "../shard/ranges";
import { deleteSome } from "./moved-rows";

/**
 * Deletes what a database still has of a range that another one answers for, so many times. Answers how many
 * rows the last time took: with none, nothing is left, and the map says so. Throws `unavailable` while the
 * database does not answer.
 */
export async function cleanUpAfter(
  { shards }: Deps,
  row: Placement,
  times: number,
): Promise<number> {
  const { first, last, shard, epoch } = row;
  const range = { first, last };
  const other = row.other ?? 0;
  const [home, db] = [shards.all[shard], shards.all[other]];
  if (!home) throw new Problem("not_found", { detail: "No such database." });
  // Nothing unless this was given up, and whoever did that came no further.
  await home.$client.batch([answerAgain(home, range, { shard, epoch: epoch - 2, other })]);
  if (!db) throw stillIn(other, range, "not bound");
  const rows = await deleteCopies(db, row, times).catch((cause: unknown) => {
    throw stillIn(other, range, cause);
  });
  if (rows > 0) return rows;
  const done = `UPDATE placements SET other = NULL
    WHERE first = ?1 AND last = ?2 AND state = 'live' AND epoch = ?3 AND other = ?4`;
  const d1 = shards.control.$client;
  await d1.batch([d1.prepare(done).bind(first, last, epoch, other)]);
  forgetMap(shards);
  return 0;
}

async function deleteCopies(db: Database, row: Placement, times: number): Promise<number> {
  const { first, last, epoch, other } = row;
  const range = { first, last };
  // The map itself says it in the control database.
  if (other !== 0) {
    await db.$client.batch([assertNotOver(db, range, epoch), ...leaveTo(db, range, row)]);
  }
  return empty(db, { range, epoch }, times);
}

function stillIn(shard: number, { first, last }: Range, cause: unknown): Problem {
  const detail = `${nameOf(shard)} does not delete what it still has of ${first} to ${last}. Ask for the same move again when it answers.`;
  return new Problem("unavailable", { cause, detail, retryAfter: 60 });
}

/** Deletes rows until there are none, or so many times. Answers how many the last time took. */
export async function empty(
  db: Database,
  { range, epoch }: { range: Range; epoch: number },
  times = Infinity,
): Promise<number> {
  let rows = 0;
  for (let round = 0; round < times; round++) {
    const batch = [assertNotOver(db, range, epoch), ...deleteSome(db, range)];
    const results = await db.$client.batch(batch);
    rows = results.reduce((sum, { meta }) => sum + meta.changes, 0);
    if (rows === 0) break;
  }
  return rows;
}
