/** Hooks: an app's back end that is asked before a challenge is made. The operator keeps them. */

import { FAILURE_MODES, type FailureMode, type StoredHook } from "../../db/app-schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { getApp } from "../app/apps";
import { publish, unpublished } from "../app/publish";
import { record, recordWhere } from "../audit/event";
import { assertTarget } from "../outgoing/target";
import { newSecret, SECRET_OVERLAP } from "../webhook/secret";
import { readHook, sealedFor } from "./stored";

export { FAILURE_MODES };

export interface Hook {
  url: string;
  failureMode: FailureMode;
  /** Until then questions are signed with the secret before as well. */
  previousSecretExpiresAt: Date | null;
}

export interface HookInput {
  url: string;
  failureMode: FailureMode;
}

const OWN = `id = :id AND deleted_at IS NULL AND hook IS NOT NULL` as const;
const FIND = statement(`SELECT hook FROM apps WHERE ${OWN}`);
/** Ends the challenges that were made without having asked this hook, as a change of settings does. */
const PUT = statement(`
  UPDATE apps SET revision = revision + 1,
    hook = iif(hook IS NULL, :made, json_set(hook, '$.url', :url, '$.failureMode', :failureMode)),
    epoch = epoch + (hook IS NULL OR hook ->> 'url' <> :url OR hook ->> 'failureMode' <> :failureMode)
  WHERE id = :id AND deleted_at IS NULL`);
const ROTATE = statement(`
  UPDATE apps SET revision = revision + 1, hook = json_set(hook, '$.secret', :secret,
    '$.previousSecret', hook ->> 'secret', '$.previousExpiresAt', :expiresAt)
  WHERE ${OWN}`);
const DELETE = statement(`UPDATE apps SET revision = revision + 1, hook = NULL WHERE ${OWN}`);

/** The operator may have changed it since it was asked. */
const IS_OPEN = `${OWN} AND hook ->> 'url' = :url AND hook ->> 'failureMode' = 'open'` as const;
const CLOSE = statement(`
  UPDATE apps SET revision = revision + 1, hook = json_set(hook, '$.failureMode', 'closed')
  WHERE ${IS_OPEN}`);
const recordIfOpen = recordWhere(`EXISTS (SELECT 1 FROM apps WHERE ${IS_OPEN})`);
const recordIfThere = recordWhere(`EXISTS (SELECT 1 FROM apps WHERE ${OWN})`);

/** Loads the hook of an app. Throws `not_found` for an unknown app, and for one without a hook. */
export async function getHook(deps: Deps, appId: string): Promise<Hook> {
  return toHook(deps, await loadHook(deps, appId));
}

async function loadHook(deps: Deps, appId: string): Promise<StoredHook> {
  const row = await FIND(deps, { id: appId }).first<{ hook: string }>();
  if (!row) throw new Problem("not_found", { detail: "No such app, or it has no hook." });
  return readHook(appId, row.hook);
}

/**
 * Gives an app a hook, or changes the one that it has, which keeps its secret. The secret of a new one is shown
 * only in this answer. Throws `invalid_request` for a URL that is not called, and `not_found`.
 */
export async function putHook(
  deps: Deps,
  appId: string,
  input: HookInput,
): Promise<Hook & { secret?: string }> {
  const url = assertTarget(deps.settings, ["url"], input.url);
  await getApp(deps, appId);
  const { secret, sealed } = await newSecret(deps.keyring, sealedFor(appId));
  const { failureMode } = input;
  const fresh = { url, failureMode, secret: sealed, previousSecret: null, previousExpiresAt: null };
  const values = { id: appId, url, failureMode, made: JSON.stringify(fresh satisfies StoredHook) };
  await deps.db.$client.batch([
    PUT(deps, values),
    ...unpublished(deps, appId),
    record(deps, { ...CHANGED, appId, note: "hook" }),
  ]);
  await publish(deps, appId);
  const stored = await loadHook(deps, appId);
  return { ...toHook(deps, stored), ...(stored.secret === sealed && { secret }) };
}

/**
 * Gives a new secret, which is shown only in this answer. For a day questions are signed with the one before as
 * well. Throws `not_found`.
 */
export async function rotateHookSecret(
  deps: Deps,
  appId: string,
): Promise<Hook & { secret: string }> {
  await loadHook(deps, appId);
  const { secret, sealed } = await newSecret(deps.keyring, sealedFor(appId));
  const expiresAt = deps.now.getTime() + SECRET_OVERLAP;
  const values = { id: appId, secret: sealed, expiresAt };
  await change(deps, appId, { note: "hook secret", statement: ROTATE(deps, values) });
  return { ...(await getHook(deps, appId)), secret };
}

/** Takes the hook away: nobody is asked any more. Throws `not_found`. */
export async function deleteHook(deps: Deps, appId: string): Promise<void> {
  await loadHook(deps, appId);
  await change(deps, appId, { note: "no hook", statement: DELETE(deps, { id: appId }) });
}

const CHANGED = { type: "app.updated", actor: "admin" } as const;

async function change(
  deps: Deps,
  appId: string,
  { note, statement: changing }: { note: string; statement: D1PreparedStatement },
): Promise<void> {
  await deps.db.$client.batch([
    recordIfThere(deps, { ...CHANGED, appId, note }, { id: appId }),
    changing,
    ...unpublished(deps, appId),
  ]);
  await publish(deps, appId);
}

/**
 * Makes the failures of a hook refuse from now on. Where there are several databases, they are told at once, so
 * that whoever hears of a denial finds none where the hook is still open. The clean-up tells one that does not answer.
 */
export async function closeHook(deps: Deps, appId: string, { url }: StoredHook): Promise<void> {
  const { control } = deps.shards;
  const values = { id: appId, url };
  const event = {
    ...CHANGED,
    actor: "system",
    appId,
    reason: "hook_denied",
    note: "hook",
  } as const;
  await control.$client.batch([
    recordIfOpen({ ...deps, db: control }, event, values),
    CLOSE({ db: control }, values),
    ...unpublished({ ...deps, db: control }, appId),
  ]);
  await publish(deps, appId).catch(() => undefined);
}

function toHook({ now }: Pick<Deps, "now">, stored: StoredHook): Hook {
  const { url, failureMode, previousExpiresAt } = stored;
  const isGood = previousExpiresAt !== null && previousExpiresAt > now.getTime();
  return { url, failureMode, previousSecretExpiresAt: isGood ? new Date(previousExpiresAt) : null };
}
