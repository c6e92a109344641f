/** Whether anybody has used this service yet. */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";

/** The app of the accounts is there from the start. */
const IS_FRESH = statement(`
  SELECT NOT EXISTS (SELECT 1 FROM users)
    AND (SELECT count(*) FROM (SELECT 1 FROM apps LIMIT 2)) < 2 AS fresh`);

export async function isFreshStart({ shards }: Pick<Deps, "shards">): Promise<boolean> {
  const asked = shards.all.map((db) => IS_FRESH({ db }, {}).first<{ fresh: number }>());
  const answers = await Promise.allSettled(asked);
  return answers.every((one) => one.status === "fulfilled" && one.value?.fresh === 1);
}
