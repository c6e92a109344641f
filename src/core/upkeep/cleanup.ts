/**
 * Deletes what has expired, found by an index, and the users of deleted apps. A run is a round of
 * short transactions, one for each kind, followed by rounds of what is left while there is time.
 * What one run leaves, the next one finds first.
 */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { publishLeft } from "../app/publish";
import { DAY, PROOF_LIFE } from "../policy";
import { sweepDeletedApp } from "./deleted-apps";
import { sweepTable } from "./sweep";

/** How many rows one transaction deletes at most. */
export const BATCH_ROWS = 500;
/**
 * How many transactions one run makes at most: half of the queries that D1 allows one invocation.
 */
export const MAX_TRANSACTIONS = 500;

/**
 * Deletes expired rows. The table has an index on what the condition is about, or its primary key
 * begins with that.
 */
const expired = (table: string, key: string, condition: string) =>
  statement(`
  DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${BATCH_ROWS})`);

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
  // These have few rows, whatever the load: sign-ins of operators, and at most 4,097 counts.
  expired("operator_sessions", "rowid", "expires_at <= :now OR idle_expires_at <= :now"),
  expired("bare_secret_counts", "rowid", "ends_at <= :now"),
];

/**
 * The result of one transaction: how many rows were deleted, and whether there may be more to do.
 */
export interface Cleaned {
  deleted: number;
  more: boolean;
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
export async function cleanUp(deps: Deps, hasTime: () => boolean = () => true): Promise<number> {
  let deleted = 0;
  let transactions = 0;
  for (let due = TASKS; due.length > 0;) {
    const left: Task[] = [];
    for (const task of due) {
      if (transactions++ >= MAX_TRANSACTIONS || !hasTime()) return deleted;
      const cleaned = await task(deps);
      deleted += cleaned.deleted;
      if (cleaned.more) left.push(task);
    }
    due = left;
  }
  return deleted;
}

/**
 * Runs in every database, and copies apps again that not every one has taken. A database that fails does not
 * keep the others from it; then this throws when they are done.
 */
export async function cleanUpAll(deps: Deps, hasTime: () => boolean): Promise<number> {
  const runs = deps.shards.all.map((db) => cleanUp({ ...deps, db }, hasTime));
  const done = await Promise.allSettled([...runs, publishLeft(deps)]);
  const failed = done.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  const deleted = await Promise.all(runs);
  return deleted.reduce((sum, count) => sum + count, 0);
}

async function deleteExpired(
  { db, now, settings }: Deps,
  bind: (typeof EXPIRED)[number],
): Promise<Cleaned> {
  const values = { now: now.getTime(), retention: settings.auditRetentionDays * DAY };
  const { meta } = await bind({ db }, values).run();
  return { deleted: meta.changes, more: meta.changes >= BATCH_ROWS };
}
