/**
 * A user with their app, authenticators and backup codes, read in one query. The record may be out
 * of date when it is used, so every write checks it again in its own WHERE (`caller/live.ts`).
 */

import { METHODS, type Method } from "../../crypto/code";
import type { TotpAlgorithm } from "../../crypto/totp";
import type { Named, Row } from "../../db/row";
import type { apps, AppSettings } from "../../db/app-schema";
import type { authenticators, users } from "../../db/schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { Region } from "../policy";
import { readSettings } from "../settings";
import type { Guard } from "./guard";

/** The app that a request belongs to. */
export interface App {
  id: string;
  name: string;
  issuer: string;
  settings: AppSettings;
  region: Region | null;
  /** As it is stored (`hook/stored.ts`). Null: it has none. */
  hook: string | null;
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
  /** The sealed secret. */
  secret: string;
  secretDigest: string;
  algorithm: TotpAlgorithm;
  digits: number;
  period: number;
  state: "pending" | "active";
  lastStep: number;
  drift: number;
  tries: number;
  /** Whether the enrolment came with a proof of a factor that was active at the time. */
  proven: boolean;
  createdAt: number;
  confirmedAt: number | null;
  lastUsedAt: number | null;
  expiresAt: number | null;
}

/** A user with everything that belongs to them. */
export interface UserRecord {
  app: App;
  user: User;
  /** The active ones and the pending ones that have not expired, oldest first. */
  authenticators: Authenticator[];
  backupCodesRemaining: number;
}

/** What is loaded for a caller about a user, who may not exist yet. */
export interface LoadedUser extends Omit<UserRecord, "user"> {
  /** The scopes of the API key, separated by spaces. Empty for every other kind of caller. */
  scopes: string;
  /** The app's own name for the user. */
  externalId: string;
  /** The account name that an authenticator app shows, unless the enrolment names another. */
  accountName: string;
  user: User | null;
  /** Keyed digest of the token of an operator's reset, if the caller came by a link for it. */
  rebindHash?: string | null;
}

/** `isNew`: they do not exist yet, and are about to. */
export type KnownUser = LoadedUser & UserRecord & { isNew?: true };

/**
 * The columns that `readRecord` reads. The query calls the app `a`, the user `u`, and the
 * authenticators `t`, with one row for each of them.
 */
export const RECORD_COLUMNS = `
    a.id AS appId, a.name AS appName, a.issuer, a.settings, a.region, a.hook, a.epoch AS appEpoch,
    u.id AS userId, u.external_id AS externalId, u.epoch AS userEpoch, u.created_at AS userCreatedAt, u.failures,
    u.locked_until AS lockedUntil, u.capped_at AS cappedAt, u.disabled_at AS disabledAt, u.must_rebind AS mustRebind,
    (SELECT count(*) FROM backup_codes b WHERE b.user_id = u.id AND b.used_at IS NULL) AS remaining,
    t.id, t.name, t.secret, t.secret_digest AS secretDigest, t.algorithm, t.digits, t.period, t.state,
    t.last_step AS lastStep, t.drift, t.tries, t.proven, t.created_at AS createdAt, t.confirmed_at AS confirmedAt,
    t.last_used_at AS lastUsedAt, t.expires_at AS expiresAt`;
export const JOIN_AUTHENTICATORS = `
  LEFT JOIN authenticators t ON t.user_id = u.id AND (t.state = 'active' OR t.expires_at > :now)`;

const LOAD_BY_ID = statement(`
  SELECT ${RECORD_COLUMNS}
  FROM users u JOIN apps a ON a.id = u.app_id AND a.deleted_at IS NULL ${JOIN_AUTHENTICATORS}
  WHERE u.id = :id
  ORDER BY t.rowid`);

type AuthenticatorRow = Row<typeof authenticators>;

/**
 * One row of such a query. The columns of the user are null if there is no such user, and those of
 * the authenticator are null if the user has none.
 */
export type RecordRow = Pick<Row<typeof apps>, "issuer" | "settings" | "region" | "hook"> &
  Named<Row<typeof apps>, { appId: "id"; appName: "name"; appEpoch: "epoch" }> &
  Pick<Row<typeof users>, "externalId" | "failures" | "lockedUntil" | "cappedAt" | "disabledAt"> &
  Named<Row<typeof users>, { userEpoch: "epoch"; userCreatedAt: "createdAt" }> &
  Pick<Row<typeof users>, "mustRebind"> &
  Omit<AuthenticatorRow, "id" | "userId"> & {
    userId: string | null;
    remaining: number;
    id: string | null;
  };

/**
 * Loads a user by our own id. No key is checked: this is for the operator and for the answer to a
 * challenge.
 */
export async function loadUserById({ db, now }: Deps, id: string): Promise<UserRecord | null> {
  const { results } = await LOAD_BY_ID({ db }, { id, now: now.getTime() }).all<RecordRow>();
  return readKnownRecord(results);
}

/** Finds one of these authenticators by its id. Throws `not_found`. */
export function findAuthenticator(
  { authenticators }: Pick<UserRecord, "authenticators">,
  id: string,
  detail = "No such authenticator.",
): Authenticator {
  const found = authenticators.find((one) => one.id === id);
  if (!found) throw new Problem("not_found", { detail });
  return found;
}

export function isActive({ state }: Authenticator): boolean {
  return state === "active";
}

/**
 * Whether this user is asked for a code. True also while none can be given: a capped or reset user
 * does not fall back to the password.
 */
export function hasSecondFactor({ user, authenticators }: UserRecord): boolean {
  return authenticators.some(isActive) || user.cappedAt !== null || user.mustRebind;
}

/** What the codes of this user's factors may be. */
export function availableMethods({ backupCodesRemaining }: UserRecord): Method[] {
  return backupCodesRemaining > 0 ? [...METHODS] : ["totp"];
}

/** How many digits the codes of these authenticators have: each number once, in ascending order. */
export function codeLengths(authenticators: Authenticator[]): number[] {
  return [...new Set(authenticators.map(({ digits }) => digits))].toSorted((a, b) => a - b);
}

/** Reads the record of a user who exists. Null if there are no rows, or no user in them. */
export function readKnownRecord(rows: RecordRow[]): UserRecord | null {
  const [row] = rows;
  if (!row) return null;
  const { user, ...record } = readRecord(row, rows);
  return user && { user, ...record };
}

/** Reads the record that these rows hold. Its `user` is null if there is no such user. */
export function readRecord(row: RecordRow, joined: RecordRow[]) {
  const settings = readSettings(row.appId, row.settings);
  return {
    app: {
      id: row.appId,
      name: row.appName,
      issuer: row.issuer,
      settings,
      region: row.region,
      hook: row.hook,
      epoch: row.appEpoch,
    },
    user: row.userId === null ? null : readUser(row, row.userId),
    authenticators: joined.flatMap((one) =>
      one.id === null ? [] : [readAuthenticator(one, one.id)],
    ),
    backupCodesRemaining: row.remaining,
  };
}

function readUser(row: RecordRow, id: string): User {
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

function readAuthenticator(row: RecordRow, id: string): Authenticator {
  const { name, secret, secretDigest, algorithm, digits, period, state } = row;
  const { lastStep, drift, tries, createdAt, confirmedAt, lastUsedAt, expiresAt } = row;
  const proven = row.proven === 1;
  const stored = { name, secret, secretDigest, algorithm, digits, period, state, proven };
  return { id, ...stored, lastStep, drift, tries, createdAt, confirmedAt, lastUsedAt, expiresAt };
}
