/** Deletes the users of deleted apps: a few in one transaction, each with their factors. */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import type { Cleaned } from "./cleanup";

/** How many users one transaction deletes at most. Each has some fifteen rows. */
export const SWEPT_USERS = 25;

const NEXT = statement(`SELECT app_id AS appId FROM deleted_apps LIMIT 1`);

/** The users to delete next. No statement before the last one changes which ones they are. */
const NEXT_USERS =
  `SELECT id FROM users WHERE app_id = :appId ORDER BY external_id LIMIT ${SWEPT_USERS}` as const;
const SWEEP = [
  statement(`DELETE FROM authenticators WHERE user_id IN (${NEXT_USERS})`),
  statement(`DELETE FROM backup_codes WHERE user_id IN (${NEXT_USERS})`),
  statement(`DELETE FROM users WHERE id IN (${NEXT_USERS})`),
];
/**
 * Takes the app off the queue when it has no users left. None is added to a deleted app, because
 * its epoch has grown.
 */
const FINISH = statement(`
  DELETE FROM deleted_apps WHERE app_id = :appId AND NOT EXISTS (SELECT 1 FROM users WHERE app_id = :appId)`);

export async function sweepDeletedApp(deps: Deps): Promise<Cleaned> {
  const appId = await NEXT(deps, {}).first<string>("appId");
  if (appId === null) return { deleted: 0, more: false };
  const sweep = SWEEP.map((bind) => bind(deps, { appId }));
  const results = await deps.db.$client.batch([...sweep, FINISH(deps, { appId })]);
  const deleted = results.slice(0, sweep.length).reduce((sum, { meta }) => sum + meta.changes, 0);
  return { deleted, more: true, trips: 2 };
}
