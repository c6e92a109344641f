/**
 * Deletes what has expired, found by an index, and the users of deleted apps. A run is a round of
 * short transactions, one for each kind, followed by rounds of what is left while there is time.
 * What one run leaves, the next one finds first.
 */

import { statement } from "../../db/statement";
import type { Database, Deps } from "../../env";
import { publishLeft } from "../app/publish";
import { DAY, DELIVERIES_KEPT, MINUTE, NOTICES_KEPT, PROOF_LIFE } from "../policy";
import { sweepDeletedApp } from "./deleted-apps";
import { sweepTable } from "./sweep";

/** How many rows one transaction deletes at most. */
export const BATCH_ROWS = 500;
/**
 * How many round trips one run makes at most, to all databases together: half of what D1 allows one
 * invocation. The archive and the copies of apps have the other half.
 */
const MAX_TRIPS = 500;
/** How many databases one run cleans up. Of more, each run takes others. */
const DATABASES_AT_ONCE = 25;
/** Between two runs (wrangler.toml). */
const RUN_MINUTES = 5;

/**
 * Deletes expired rows. The table has an index on what the condition is about, or its primary key
 * begins with that.
 */
const expired = (table: string, key: string, condition: string) =>
  statement(`
  DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${BATCH_ROWS})`);

/** What waits stays for as long as its event, but of a webhook that was deleted nothing does. */
const FORGET_DELIVERIES = statement(`
  DELETE FROM webhook_deliveries WHERE (endpoint_id, event_id, shard) IN (
    SELECT d.endpoint_id, d.event_id, d.shard FROM webhook_endpoints e CROSS JOIN webhook_deliveries d
      ON d.endpoint_id = e.id AND d.event_id < iif(e.deleted_at IS NULL, (:now - ${DELIVERIES_KEPT}) * 1000, 1e18)
    WHERE d.state = 'delivered' OR e.deleted_at IS NOT NULL LIMIT ${BATCH_ROWS})`);
const FORGET_ENDPOINTS = statement(`
  DELETE FROM webhook_endpoints WHERE deleted_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM webhook_deliveries WHERE endpoint_id = id)`);

const EXPIRED = [
  // An answer may prove something for so long, and an old token finds its row, if the clock goes back.
  expired("challenges", "expires_at, id", `expires_at <= :now - ${PROOF_LIFE}`),
  expired("audit_events", "id", "id < (:now - :retention) * 1000"),
  expired("sessions", "id", "expires_at <= :now"),
  expired("authenticators", "rowid", "expires_at <= :now"),
  expired("challenge_results", "hash", "expires_at <= :now"),
  expired("idempotency_keys", "scope, key", "expires_at <= :now"),
  expired("enrolment_links", "id", "expires_at <= :now"),
  expired("trusted_devices", "id", "expires_at <= :now"),
  expired("mail_codes", "user_id, purpose", "expires_at <= :now"),
  expired("notices", "user_id, kind", `event_id <= (:now - ${NOTICES_KEPT}) * 1000`),
  // These have few rows, whatever the load: sign-ins of operators, and at most 4,097 counts.
  expired("operator_sessions", "rowid", "expires_at <= :now OR idle_expires_at <= :now"),
  expired("bare_secret_counts", "rowid", "ends_at <= :now"),
  FORGET_DELIVERIES,
  FORGET_ENDPOINTS,
];

/**
 * The result of one transaction: how many rows were deleted, whether there may be more to do, and how
 * many round trips it took if that was not one.
 */
export interface Cleaned {
  deleted: number;
  more: boolean;
  trips?: number;
}

/** What is left for all databases of a run. */
interface Budget {
  trips: number;
}

type Task = (deps: Deps) => Promise<Cleaned>;

export const TASKS: Task[] = [
  ...EXPIRED.map(
    (bind): Task =>
      (deps) =>
        deleteExpired(deps, bind),
  ),
  sweepTable("password_guards", "key", "ends_at <= :now"),
  sweepTable("bare_secrets", "digest", "expires_at <= :now"),
  sweepDeletedApp,
];

/**
 * Runs by the cron trigger until nothing is due or there is no time left. Answers how many rows
 * were deleted.
 */
export async function cleanUp(
  deps: Deps,
  hasTime: () => boolean = () => true,
  budget: Budget = { trips: MAX_TRIPS },
): Promise<number> {
  let deleted = 0;
  for (let due = TASKS; due.length > 0;) {
    const left: Task[] = [];
    for (const task of due) {
      if (budget.trips <= 0 || !hasTime()) return deleted;
      const cleaned = await task(deps);
      budget.trips -= cleaned.trips ?? 1;
      deleted += cleaned.deleted;
      if (cleaned.more) left.push(task);
    }
    due = left;
  }
  return deleted;
}

/**
 * Copies apps again that not every database has taken, and answers how many still are not. Then runs in the
 * databases whose turn it is. One that fails does not keep the others from it; this throws when they are
 * done.
 */
export async function cleanUpAll(
  deps: Deps,
  hasTime: () => boolean,
): Promise<{ deleted: number; unpublished: number }> {
  const unpublished = await publishLeft(deps);
  const budget = { trips: MAX_TRIPS };
  const runs = nextOf(deps).map((db) => cleanUp({ ...deps, db }, hasTime, budget));
  const done = await Promise.allSettled(runs);
  const failed = done.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  const deleted = (await Promise.all(runs)).reduce((sum, count) => sum + count, 0);
  return { deleted, unpublished };
}

/** The databases whose turn it is, by the minutes between two runs. */
function nextOf({ shards: { all }, now }: Deps): Database[] {
  const turns = Math.ceil(all.length / DATABASES_AT_ONCE);
  const turn = Math.floor(now.getTime() / (RUN_MINUTES * MINUTE)) % turns;
  return all.filter((_, at) => at % turns === turn);
}

async function deleteExpired(
  { db, now, settings }: Deps,
  bind: (typeof EXPIRED)[number],
): Promise<Cleaned> {
  const values = { now: now.getTime(), retention: settings.auditRetentionDays * DAY };
  const { meta } = await bind({ db }, values).run();
  return { deleted: meta.changes, more: meta.changes >= BATCH_ROWS };
}
