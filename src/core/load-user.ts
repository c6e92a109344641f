/**
 * The one read of the server API: key, app, user, authenticators and backup codes in one query, so
 * that the key is checked in the round trip that is made anyway. What it says is old by the time it
 * is used: every write checks again in its own WHERE (`claim.ts`).
 */

import type { ApiKeyProof } from "../crypto/api-key";
import type { TotpAlgorithm } from "../crypto/totp";
import type { AppSettings } from "../db/schema";
import { statement } from "../db/statement";
import type { Deps } from "../env";
import { Problem } from "../problem";
import type { Guard } from "./guard";

export const SCOPES = ["verify", "enrol", "users", "import"] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks over the server API, and for what. */
export interface Caller extends ApiKeyProof {
  scope: Scope;
}

/** An app as a request sees it. */
export interface App {
  id: string;
  issuer: string;
  settings: AppSettings;
  epoch: number;
}

export interface User extends Guard {
  id: string;
  externalId: string;
  epoch: number;
  createdAt: number;
  failures: number;
}

export interface Authenticator {
  id: string;
  name: string | null;
  /** Sealed. */
  secret: string;
  secretDigest: string;
  algorithm: TotpAlgorithm;
  digits: number;
  period: number;
  state: "pending" | "active";
  lastStep: number;
  drift: number;
  tries: number;
  createdAt: number;
  confirmedAt: number | null;
  lastUsedAt: number | null;
  expiresAt: number | null;
}

/** A user with all that belongs to them. */
export interface UserRecord {
  app: App;
  user: User;
  /** Active ones, and pending ones that have not expired; oldest first. */
  authenticators: Authenticator[];
  backupCodesRemaining: number;
}

/** What a key may know of a user, who may not exist yet. */
export interface LoadedUser extends Omit<UserRecord, "user"> {
  key: { id: string; scopes: string };
  user: User | null;
}

export type KnownUser = LoadedUser & UserRecord;

const COLUMNS = `
    a.id AS appId, a.issuer, a.settings, a.epoch AS appEpoch,
    u.id AS userId, u.external_id AS externalId, u.epoch AS userEpoch, u.created_at AS userCreatedAt, u.failures,
    u.locked_until AS lockedUntil, u.capped_at AS cappedAt, u.disabled_at AS disabledAt, u.must_rebind AS mustRebind,
    (SELECT count(*) FROM backup_codes b WHERE b.user_id = u.id AND b.used_at IS NULL) AS remaining,
    t.id, t.name, t.secret, t.secret_digest AS secretDigest, t.algorithm, t.digits, t.period, t.state,
    t.last_step AS lastStep, t.drift, t.tries, t.created_at AS createdAt, t.confirmed_at AS confirmedAt,
    t.last_used_at AS lastUsedAt, t.expires_at AS expiresAt`;
const AUTHENTICATORS = `
  LEFT JOIN authenticators t ON t.user_id = u.id AND (t.state = 'active' OR t.expires_at > :now)`;

const LOAD_BY_KEY = statement(`
  SELECT ${COLUMNS}, k.scopes, k.last_used_at AS keyLastUsedAt
  FROM api_keys k
  JOIN apps a ON a.id = k.app_id AND a.deleted_at IS NULL
  LEFT JOIN users u ON u.app_id = a.id AND u.external_id = :externalId ${AUTHENTICATORS}
  WHERE k.id = :keyId AND k.hash = :hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :now)
  ORDER BY t.rowid`);

const LOAD_BY_ID = statement(`
  SELECT ${COLUMNS}
  FROM users u JOIN apps a ON a.id = u.app_id AND a.deleted_at IS NULL ${AUTHENTICATORS}
  WHERE u.id = :id
  ORDER BY t.rowid`);

const HOUR = 3_600_000;
const NOTE_USE = statement(`
  UPDATE api_keys SET last_used_at = :now
  WHERE id = :keyId AND (last_used_at IS NULL OR last_used_at <= :hourAgo)`);

interface Row extends Omit<Authenticator, "id"> {
  appId: string;
  issuer: string;
  settings: string;
  appEpoch: number;
  userId: string | null;
  externalId: string;
  userEpoch: number;
  userCreatedAt: number;
  failures: number;
  lockedUntil: number | null;
  cappedAt: number | null;
  disabledAt: number | null;
  mustRebind: number;
  remaining: number;
  id: string | null;
}
interface RowByKey extends Row {
  scopes: string;
  keyLastUsedAt: number | null;
}

/**
 * Throws `unauthorized` for a key that is not good, `insufficient_scope` for one that may not do
 * this.
 */
export async function loadUser(
  deps: Deps,
  caller: Caller,
  externalId: string,
): Promise<LoadedUser> {
  const values = { keyId: caller.id, hash: caller.hash, externalId, now: deps.now.getTime() };
  const { results } = await LOAD_BY_KEY(deps.db.$client, values).all<RowByKey>();
  const [row] = results;
  if (!row) throw new Problem("unauthorized", { cause: "unknown, revoked or expired key" });
  assertScope(row.scopes, caller.scope);
  noteUse(deps, caller.id, row.keyLastUsedAt);
  return { key: { id: caller.id, scopes: row.scopes }, ...readRecord(row, results) };
}

/** As `loadUser`, and throws `not_found` for a user who does not exist. */
export async function loadKnownUser(
  deps: Deps,
  caller: Caller,
  externalId: string,
): Promise<KnownUser> {
  const loaded = await loadUser(deps, caller, externalId);
  if (!loaded.user) throw new Problem("not_found", { detail: "No such user." });
  return { ...loaded, user: loaded.user };
}

/** By our own id, for those who need no key: the operator, and the answer to a challenge. */
export async function loadUserById({ db, now }: Deps, id: string): Promise<UserRecord | null> {
  const { results } = await LOAD_BY_ID(db.$client, { id, now: now.getTime() }).all<Row>();
  const [row] = results;
  if (!row) return null;
  const { user, ...record } = readRecord(row, results);
  return user && { user, ...record };
}

export function isActive({ state }: Authenticator): boolean {
  return state === "active";
}

export function assertScope(scopes: string, scope: Scope): void {
  if (scopes.split(" ").includes(scope)) return;
  throw new Problem("insufficient_scope", { detail: `The API key lacks the scope "${scope}".` });
}

/** Keeps `lastUsedAt` true to the hour, without a write per request. */
function noteUse({ db, defer, now }: Deps, keyId: string, lastUsedAt: number | null): void {
  const hourAgo = now.getTime() - HOUR;
  if (lastUsedAt !== null && lastUsedAt > hourAgo) return;
  defer(NOTE_USE(db.$client, { keyId, now: now.getTime(), hourAgo }).run());
}

function readRecord(row: Row, joined: Row[]) {
  const settings: AppSettings = JSON.parse(row.settings);
  return {
    app: { id: row.appId, issuer: row.issuer, settings, epoch: row.appEpoch },
    user: row.userId === null ? null : readUser(row, row.userId),
    authenticators: joined.flatMap((one) =>
      one.id === null ? [] : [readAuthenticator(one, one.id)],
    ),
    backupCodesRemaining: row.remaining,
  };
}

function readUser(row: Row, id: string): User {
  const { externalId, failures, lockedUntil, cappedAt, disabledAt } = row;
  const { userEpoch: epoch, userCreatedAt: createdAt } = row;
  const mustRebind = row.mustRebind === 1;
  return {
    id,
    externalId,
    epoch,
    createdAt,
    failures,
    lockedUntil,
    cappedAt,
    disabledAt,
    mustRebind,
  };
}

function readAuthenticator(row: Row, id: string): Authenticator {
  const { name, secret, secretDigest, algorithm, digits, period, state } = row;
  const { lastStep, drift, tries, createdAt, confirmedAt, lastUsedAt, expiresAt } = row;
  const stored = { name, secret, secretDigest, algorithm, digits, period, state };
  return { id, ...stored, lastStep, drift, tries, createdAt, confirmedAt, lastUsedAt, expiresAt };
}
