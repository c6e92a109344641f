/** What core/ is handed, for what is asked of it directly: on the same bindings as the Worker. */

import { env } from "cloudflare:workers";
import { ACCOUNTS_BUCKET, bucketIn } from "../src/core/shard/bucket";
import { findPlacement } from "../src/core/shard/map";
import { recordingDatabase, type Recorded } from "../src/db/recorded";
import { connect, loadConfig, type Bindings, type Deps } from "../src/env";

/**
 * The database of whoever the statements are about, by the ids that they name: routes have said it by then.
 * A user whom an app calls by a name of its own has to be found before by `placedForKey`.
 */
export function seeking(shards: Deps["shards"]): Deps["db"] {
  if (shards.all.length === 1) return shards.control;
  const run = async (statements: readonly Recorded[]) => {
    const ids = statements.flatMap(({ values }) => values.map((one) => bucketIn(String(one))));
    const bucket = ids.find((one) => one !== null) ?? ACCOUNTS_BUCKET;
    const { shard } = await findPlacement(shards, bucket, new Date());
    const d1 = shards.all[shard]?.$client ?? shards.control.$client;
    const own = statements.map(({ sql, values }) => d1.prepare(sql).bind(...values));
    // In the place of the fence.
    const [, ...results] = await d1.batch([d1.prepare("SELECT 1 AS fence"), ...own]);
    return results;
  };
  return connect(recordingDatabase(run));
}

/** As of a request at the set time; deferred work is done when `settled` is. */
export async function depsOf(
  bindings: Bindings = env,
  from: Partial<Deps["request"]> = {},
): Promise<{ deps: Deps; settled: () => Promise<unknown> }> {
  const deferred: Promise<unknown>[] = [];
  const defer = (work: Promise<unknown>) => void deferred.push(work);
  const config = await loadConfig(bindings);
  const request = {
    id: crypto.randomUUID(),
    ip: null,
    userAgent: null,
    trace: null,
    trips: [],
    told: new Set<string>(),
    ...from,
  };
  const deps = {
    ...config,
    db: seeking(config.shards),
    now: new Date(),
    elapsed: () => 0,
    request,
    defer,
  };
  const settled = async () => {
    // Deferred work may defer more.
    while (deferred.length > 0) await Promise.all(deferred.splice(0));
  };
  return { deps, settled };
}
