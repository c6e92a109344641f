/**
 * Gives up a move whose target fails: the source answers again. The map decides that, in one statement that
 * excludes the one by which the range changes hands. It does not depend on the target, which may be lost.
 *
 * The target may have taken over by then, or do it later, at an epoch that the map has never named. So nobody
 * was sent there, nor will be: the source goes on at the epoch after that. The copy is deleted when the target
 * answers, as after any move.
 */

import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { nameOf } from "../app/publish";
import { forgetMap, type Placement } from "../shard/map";
import { answerAgain, cut, stop, type Range } from "../shard/ranges";
import { hasTakenOver, recordEnd } from "./take-over";

const GIVE_UP = `UPDATE placements SET state = 'live', epoch = epoch + 2
  WHERE first = ?1 AND last = ?2 AND shard = ?3 AND epoch = ?4 AND state = 'moving' AND other = ?5`;

/**
 * Gives up the move of a range, and answers which it was. Throws `conflict` if the target is known to have
 * taken over, and `unavailable` if the source does not answer.
 */
export async function giveUp(deps: Deps, row: Placement): Promise<Range> {
  const { control, all } = deps.shards;
  const { first, last, shard, epoch } = row;
  const range = { first, last };
  const ends = { shard, epoch, other: row.other ?? 0 };
  const source = all[shard] ?? control;
  if (await isTakenOver(deps, row)) throw takenOver(row);
  // What cannot answer again shall not be told to. The copy may be all that is left.
  await source.$client.batch([...cut(source, range), stop(source, range, ends)]);
  const end = { range, epoch, source: { shard }, target: { shard: ends.other } };
  const [, decided] = await control.$client.batch([
    recordEnd(deps, end, { outcome: "failure", reason: "given_up" }),
    control.$client.prepare(GIVE_UP).bind(first, last, shard, epoch, ends.other),
  ]);
  forgetMap(deps.shards);
  if (decided?.meta.changes === 0) throw takenOver(row);
  await source.$client.batch([answerAgain(source, range, ends)]);
  return range;
}

/** False if it does not answer: what it says does not decide. */
async function isTakenOver({ shards }: Deps, row: Placement): Promise<boolean> {
  const { first, last, shard, epoch } = row;
  const other = row.other ?? 0;
  const [from, to] = [shards.all[shard], shards.all[other]];
  if (!from || !to) return false;
  const [source, target] = [
    { shard, db: from },
    { shard: other, db: to },
  ];
  const way = { range: { first, last }, epoch, source, target };
  return hasTakenOver(way).catch(() => false);
}

function takenOver({ first, last, other }: Placement): Problem {
  const name = nameOf(other ?? 0);
  const detail = `${name} has taken over ${first} to ${last}. Move it there, and then back.`;
  return new Problem("conflict", { detail });
}
