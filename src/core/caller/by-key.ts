/**
 * The one read of the server API: key, app, user, authenticators and backup codes in one query. The
 * key is thus checked in the round trip that is made anyway.
 */

import type { Named, Row } from "../../db/row";
import type { apiKeys } from "../../db/app-schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { KeyCaller, Scope } from "./actor";
import { COMES_FROM_ALLOWED } from "./address-range";
import { noteTrip } from "../trips";
import { KEY_IS_GOOD } from "./live";
import {
  JOIN_AUTHENTICATORS,
  readRecord,
  RECORD_COLUMNS,
  type LoadedUser,
  type RecordRow,
} from "../user/record";

/** Condition on an API key `k`: it is the presented key, and it is good. */
export const HAS_KEY = `k.id = :id AND k.hash = :hash AND ${KEY_IS_GOOD}` as const;

/** What is looked at of a key. */
export const KEY_COLUMNS =
  `k.scopes, k.last_used_at AS keyLastUsedAt, ${COMES_FROM_ALLOWED} AS isAllowed` as const;

const LOAD = statement(`
  SELECT ${RECORD_COLUMNS}, ${KEY_COLUMNS}
  FROM api_keys k
  JOIN apps a ON a.id = k.app_id AND a.deleted_at IS NULL
  LEFT JOIN users u ON u.app_id = a.id AND u.external_id = :userId ${JOIN_AUTHENTICATORS}
  WHERE ${HAS_KEY} ORDER BY t.rowid`);

/**
 * Checks only the key, for calls that are about no user. It runs in one batch with other
 * statements, which check `HAS_KEY` themselves.
 */
export const CHECK_KEY = statement(`
  SELECT ${KEY_COLUMNS}
  FROM api_keys k JOIN apps a ON a.id = k.app_id AND a.deleted_at IS NULL WHERE ${HAS_KEY}`);

const HOUR = 3_600_000;
const NOTE_USE = statement(`
  UPDATE api_keys AS k SET last_used_at = :now
  WHERE id = :keyId AND (last_used_at IS NULL OR last_used_at <= :hourAgo) AND ${KEY_IS_GOOD}`);

export type CheckedKey = Pick<Row<typeof apiKeys>, "scopes"> &
  Named<Row<typeof apiKeys>, { keyLastUsedAt: "lastUsedAt" }> & { isAllowed: 0 | 1 };

type LoadedRow = RecordRow & CheckedKey;

/**
 * Loads the user whom a back end asks about. Throws `unauthorized` if the key is not good,
 * `address_not_allowed` if the call comes from elsewhere, and `insufficient_scope` if the key lacks
 * the scope.
 */
export async function loadByKey(deps: Deps, caller: KeyCaller): Promise<LoadedUser> {
  return (await look(deps, caller, deps)).judge();
}

/**
 * Looks like `loadByKey`, but at the nearest copy of the database, which may be behind
 * (docs/decisions/0016-nearest-read.md). No other read may come from a copy.
 */
export function lookNearby(deps: Deps, caller: KeyCaller): Promise<Look> {
  const $client = deps.db.$client.withSession("first-unconstrained");
  return look(deps, caller, { db: { $client } });
}

/** A read that has been made and not yet judged. */
interface Look {
  /** The primary did not answer, so that what was read may be out of date. */
  isStale: boolean;
  /** Loads the user from what was read. Throws what `loadByKey` throws. */
  judge: () => LoadedUser;
}

async function look(
  deps: Deps,
  caller: KeyCaller,
  database: Parameters<typeof LOAD>[0],
): Promise<Look> {
  const { id, hash, userId, from } = caller;
  const values = { id, hash, userId, from, now: deps.now.getTime() };
  const result = await LOAD(database, values).all<LoadedRow>();
  const { primary } = noteTrip(deps, [result]);
  return { isStale: !primary, judge: () => readLoaded(deps, caller, result.results) };
}

function readLoaded(deps: Deps, caller: KeyCaller, rows: LoadedRow[]): LoadedUser {
  const [row] = rows;
  assertKey(deps, caller, row);
  const names = { externalId: caller.userId, accountName: caller.userId };
  return { scopes: row.scopes, ...names, ...readRecord(row, rows) };
}

/**
 * Throws what `loadByKey` throws, judging by the row that the check found. If `scope` is null, any
 * scope will do.
 */
export function assertKey<T extends CheckedKey>(
  deps: Deps,
  { id, scope }: { id: string; scope: Scope | null },
  found: T | undefined,
): asserts found is T {
  if (!found) throw new Problem("unauthorized", { cause: "unknown, revoked or expired key" });
  if (!found.isAllowed) throw new Problem("address_not_allowed");
  if (scope !== null) assertScope(found.scopes, scope);
  noteUse(deps, id, found.keyLastUsedAt);
}

export function assertScope(scopes: string, scope: Scope): void {
  if (scopes.split(" ").includes(scope)) return;
  throw new Problem("insufficient_scope", { detail: `The API key lacks the scope "${scope}".` });
}

/**
 * Keeps `lastUsedAt` accurate to the hour without one write per request. Where there are several databases, the
 * one that was asked has it for the next call, and the control database for the operator.
 */
function noteUse(
  { db: asked, shards, defer, now }: Deps,
  keyId: string,
  lastUsedAt: number | null,
): void {
  const hourAgo = now.getTime() - HOUR;
  if (lastUsedAt !== null && lastUsedAt > hourAgo) return;
  for (const db of new Set([asked, shards.control])) {
    defer(NOTE_USE({ db }, { keyId, now: now.getTime(), hourAgo }).run());
  }
}
