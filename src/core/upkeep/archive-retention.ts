/** Deletes archived events when their time is over, an hour at a time. */

import { prefixOf, startOfHour } from "../audit/archive-object";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { DAY } from "../policy";

/** How many rows one run deletes at most, and how many objects, which is as many as R2 lists at once. */
const ROWS = 500;
const OBJECTS = 1000;

const FORGET = statement(`
  DELETE FROM archive_objects WHERE first_id IN (
    SELECT first_id FROM archive_objects WHERE first_id < :before ORDER BY first_id LIMIT ${ROWS})`);
const OLDEST = statement(`SELECT min(first_id) AS oldest FROM archive_objects`);

/**
 * Deletes rows, and then every object that is older than both the retention and the oldest row: also
 * those that a run which broke off has left behind. Answers how many objects were deleted.
 */
export async function expireArchive(deps: Deps, bucket: R2Bucket): Promise<number> {
  const retention = deps.settings.auditRetentionDays * DAY;
  const before = startOfHour((deps.now.getTime() - retention) * 1000);
  const [, found] = await deps.db.$client.batch<never>([
    FORGET(deps, { before }),
    OLDEST(deps, {}),
  ]);
  const [{ oldest } = { oldest: null }]: { oldest: number | null }[] = found?.results ?? [];
  const kept = prefixOf(new Date(Math.min(before, startOfHour(oldest ?? before)) / 1000));
  const { objects } = await bucket.list({ prefix: prefixOf(), limit: OBJECTS });
  const names = objects.map(({ key }) => key).filter((key) => key < kept);
  if (names.length > 0) await bucket.delete(names);
  return names.length;
}
