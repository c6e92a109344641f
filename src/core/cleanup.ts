/**
 * Deletes what has expired, in bounded batches: a backlog takes several runs and never one long
 * transaction.
 */

import { statement } from "../db/statement";
import type { Deps } from "../env";
import { DAY } from "./policy";

/** Rows of one table that one batch deletes at most. */
const BATCH_ROWS = 1000;
/** Batches that one run makes at most. */
const MAX_BATCHES = 10;
export const CLEANUP_LIMIT = BATCH_ROWS * MAX_BATCHES;

const expired = (table: string, condition: string) =>
  statement(`
  DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${condition} LIMIT ${BATCH_ROWS})`);

const OF_DELETED_APP = `SELECT id FROM users WHERE app_id IN (SELECT id FROM apps WHERE deleted_at IS NOT NULL)`;

/**
 * Authenticators and backup codes of deleted apps go before their users, by whom they are found.
 */
const STATEMENTS = [
  expired("challenges", "expires_at <= :now"),
  expired("idempotency_keys", "expires_at <= :now"),
  expired("authenticators", "expires_at <= :now"),
  expired("password_guards", "ends_at <= :now"),
  expired("bare_secrets", "expires_at <= :now"),
  expired("bare_secret_counts", "ends_at <= :now"),
  expired("sessions", "expires_at <= :now OR idle_expires_at <= :now"),
  expired("trusted_devices", "expires_at <= :now"),
  expired("enrolment_links", "expires_at <= :now"),
  expired("challenge_results", "expires_at <= :now"),
  expired("operator_sessions", "expires_at <= :now OR idle_expires_at <= :now"),
  expired("audit_events", "id < (:now - :retention) * 1000"),
  expired("authenticators", `user_id IN (${OF_DELETED_APP})`),
  expired("backup_codes", `user_id IN (${OF_DELETED_APP})`),
  expired(
    "users",
    `app_id IN (SELECT id FROM apps WHERE deleted_at IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = users.id)
      AND NOT EXISTS (SELECT 1 FROM backup_codes b WHERE b.user_id = users.id)`,
  ),
];

/** Run by the cron trigger. Answers how many rows went. */
export async function cleanUp(deps: Deps): Promise<number> {
  let deleted = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const changes = await deleteBatch(deps);
    deleted += changes.reduce((sum, count) => sum + count, 0);
    if (!changes.includes(BATCH_ROWS)) break;
  }
  return deleted;
}

async function deleteBatch({ db, now, settings }: Deps): Promise<number[]> {
  const values = { now: now.getTime(), retention: settings.auditRetentionDays * DAY };
  const results = await db.$client.batch(STATEMENTS.map((bind) => bind(db.$client, values)));
  return results.map(({ meta }) => meta.changes);
}
