/**
 * The one read of the user API: session, account, app, user, authenticators and backup codes in one
 * query. No call is thus answered for a session that has ended.
 */

import type { sessions } from "../../db/account-schema";
import type { Named, Row } from "../../db/row";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { isSession, type Caller, type SessionCaller } from "./actor";
import { assertAssurance, type Assurance } from "./assurance";
import { ACCOUNT_COLUMNS, readAccount, type Account, type AccountRow } from "../user/account";
import { SESSION_LIFE, SESSION_USE_NOTED } from "../policy";
import { HAS_MARK } from "./live";
import {
  JOIN_AUTHENTICATORS,
  readKnownRecord,
  RECORD_COLUMNS,
  type KnownUser,
} from "../user/record";

export interface Session extends Assurance {
  id: string;
  /** Whether a cookie holds the session. Otherwise tokens do. */
  byCookie: boolean;
  lastUsedAt: number;
  /** The authenticator that was enrolled last on a page of this session. */
  authenticatorId: string | null;
}

export interface SessionRecord extends KnownUser {
  account: Account;
  session: Session;
}

/**
 * Condition on a session `s` of a user `u`: it has not ended or expired, and it has the user's
 * epoch.
 */
export const LIVE_SESSION_OF_USER = `s.user_id = u.id AND s.epoch = u.epoch AND s.revoked_at IS NULL
    AND s.expires_at > :now AND s.idle_expires_at > :now`;

const LOAD = statement(`
  SELECT ${RECORD_COLUMNS}, ${ACCOUNT_COLUMNS}, s.aal, s.password_at AS passwordAt,
    s.second_factor_at AS secondFactorAt, s.refresh_hash IS NULL AS byCookie, s.last_used_at AS sessionLastUsedAt,
    s.authenticator_id AS enrolledId
  FROM sessions s JOIN users u ON ${LIVE_SESSION_OF_USER} AND u.disabled_at IS NULL
  JOIN apps a ON a.id = u.app_id AND a.deleted_at IS NULL
  JOIN accounts ac ON ac.user_id = u.id ${JOIN_AUTHENTICATORS}
  WHERE s.id = :sessionId AND ${HAS_MARK} AND (:secretHash IS NULL OR (s.secret_hash = :secretHash AND s.refresh_hash IS NULL))
  ORDER BY t.rowid`);

/** When a session of this assurance level ends if it is not used. */
export const idleEnd = <Level extends string>(aal: Level) =>
  `min(expires_at,
    :now + iif(${aal} = 2, ${SESSION_LIFE[2].idle}, ${SESSION_LIFE[1].idle}))` as const;

const NOTE_USE = statement(`
  UPDATE sessions SET last_used_at = :now, idle_expires_at = ${idleEnd("aal")}
  WHERE id = :sessionId AND last_used_at < :now AND revoked_at IS NULL AND idle_expires_at > :now`);

type LoadedRow = AccountRow &
  Pick<Row<typeof sessions>, "aal" | "passwordAt" | "secondFactorAt"> &
  Named<
    Row<typeof sessions>,
    { sessionLastUsedAt: "lastUsedAt"; enrolledId: "authenticatorId" }
  > & {
    byCookie: number;
  };

/**
 * Loads the user whom a session belongs to. Throws `unauthorized` if the session has ended, and
 * what `assertAssurance` throws if it is not enough for this call.
 */
export async function loadBySession(deps: Deps, caller: SessionCaller): Promise<SessionRecord> {
  const { sessionId, mark, secretHash } = caller;
  const values = { sessionId, mark, secretHash, now: deps.now.getTime() };
  const { results } = await LOAD(deps, values).all<LoadedRow>();
  const [row] = results;
  const record = readKnownRecord(results);
  if (!row || !record) throw new Problem("unauthorized", { cause: "no such session" });
  const account = readAccount(row);
  const names = { scopes: "", externalId: record.user.externalId, accountName: account.email };
  const loaded = { ...record, ...names, account, session: readSession(sessionId, row) };
  assertAssurance(loaded, caller, deps.now);
  noteUse(deps, loaded.session);
  return loaded;
}

/** Loads like `loadBySession`, for calls that only people make, about themselves. */
export function loadOwn(deps: Deps, caller: Caller): Promise<SessionRecord> {
  if (!isSession(caller)) throw new Error("not a session");
  return loadBySession(deps, caller);
}

function readSession(id: string, row: LoadedRow): Session {
  const { aal, passwordAt, secondFactorAt, sessionLastUsedAt: lastUsedAt } = row;
  const [byCookie, authenticatorId] = [row.byCookie === 1, row.enrolledId];
  return { id, aal, passwordAt, secondFactorAt, byCookie, lastUsedAt, authenticatorId };
}

/**
 * Notes that the session is in use, which postpones the end that it has when unused. It is noted
 * seldom, so that a read costs no write.
 */
function noteUse({ db, defer, now }: Deps, { id: sessionId, lastUsedAt }: Session): void {
  if (now.getTime() - lastUsedAt < SESSION_USE_NOTED) return;
  defer(NOTE_USE({ db }, { sessionId, now: now.getTime() }).run());
}
