/**
 * Every table but those of the user API (`account-schema.ts`) and of the pages (`page-schema.ts`),
 * each with the sentence that says what a row is. `docs/storage.md` adds who writes it and for how
 * long.
 *
 * Indexes are few on purpose: every index is one more row written per insert, and rows written are
 * the main cost.
 */

import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";

/** Milliseconds since the epoch. */
export const instant = () => integer({ mode: "timestamp_ms" });

/** What an operator can choose per app; defaults and bounds are in `core/policy.ts`. */
export interface AppSettings {
  /** Time steps accepted on either side of the current one. */
  window: 0 | 1 | 2;
  /** Consecutive failures before the first lock. */
  failuresBeforeLock: number;
  /** Strikes before the user is capped. */
  strikeCap: number;
  /**
   * Browser origins that may answer challenges; empty: all may. Of the app `accounts`: those that may
   * call the user API from elsewhere; empty: none.
   */
  allowedOrigins: string[];
  /** What follows matters to the app `accounts` alone. Whether anybody may make an account. */
  registration: "open" | "closed";
  /** `required`: without a second factor a user can do nothing but enrol one. */
  secondFactor: "optional" | "required";
  /** In code points; left out: 15, or 8 where a second factor is required. */
  minPasswordLength?: number;
  /** Whether users may spare a device the second factor. */
  trustedDevices: boolean;
  /** Where hosted pages may lead back to; what a link adds is its query. */
  returnUrls: string[];
  /**
   * Whether a key needs a proof of an active factor to add, replace or remove one, or to delete its
   * user.
   */
  requireProof: boolean;
}

/** A tenant: one application whose users are kept apart from all others. */
export const apps = sqliteTable("apps", {
  id: text().primaryKey(),
  name: text().notNull(),
  issuer: text().notNull(),
  settings: text({ mode: "json" }).$type<AppSettings>().notNull(),
  /**
   * Grows with every change of settings and with deletion; what was minted under an older one is
   * dead.
   */
  epoch: integer().notNull().default(0),
  createdAt: instant().notNull(),
  /** Set at once by a deletion; the rows of its users follow in the background. */
  deletedAt: instant(),
});

/** A key with which one app's back end calls the server API. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text().primaryKey(),
    appId: text().notNull(),
    name: text(),
    /** SHA-256 of the key: 256 random bits need no pepper. */
    hash: text().notNull(),
    /** Space-separated: `verify enrol users import`. Never changed after creation. */
    scopes: text().notNull(),
    createdAt: instant().notNull(),
    expiresAt: instant(),
    revokedAt: instant(),
    /** Within the hour: written at most once an hour, after an answer. */
    lastUsedAt: instant(),
  },
  (t) => [index("api_keys_app").on(t.appId)],
);

/** One person in one app, and the guard that all their authenticators and backup codes share. */
export const users = sqliteTable(
  "users",
  {
    id: text().primaryKey(),
    appId: text().notNull(),
    /** The caller's own name for the user. */
    externalId: text().notNull(),
    createdAt: instant().notNull(),
    disabledAt: instant(),
    /** Grows with every change that must end what was minted before it (DESIGN section 10.3). */
    epoch: integer().notNull().default(0),
    /** Consecutive failures: a success sets 0. */
    failures: integer().notNull().default(0),
    lockedUntil: instant(),
    /**
     * Failures weighted by the codes compared, as of `strikesAt`; one is forgiven a day, none by a
     * success.
     */
    strikes: real().notNull().default(0),
    strikesAt: instant(),
    cappedAt: instant(),
    /** The random id of the last charged attempt: what the rest of its commit hangs on. */
    attempt: text(),
    /**
     * Set by an operator's reset: nothing passes and nothing enrols without the rebinding token.
     */
    mustRebind: integer({ mode: "boolean" }).notNull().default(false),
    rebindHash: text(),
    rebindExpiresAt: instant(),
    /** Of a user with an account: keyed digests of the networks that they last gave their password from. */
    knownNetworks: text({ mode: "json" }).$type<string[]>(),
  },
  (t) => [
    uniqueIndex("users_app_external").on(t.appId, t.externalId),
    // For the lists, newest first, and the search by a name's beginning: a row each of a new user.
    index("users_app").on(t.appId),
    index("users_external").on(t.externalId),
    // Of those who are held, newest first: a verification that changes none of it writes nothing here.
    ...(["locked_until", "capped_at", "disabled_at"] as const).map((column) =>
      index(`users_${column}`)
        .on(sql.raw(`(${column} IS NOT NULL)`))
        .where(sql.raw(`${column} IS NOT NULL`)),
    ),
    index("users_must_rebind")
      .on(t.mustRebind)
      .where(sql`must_rebind = 1`),
  ],
);

/** One authenticator app of one user. */
export const authenticators = sqliteTable(
  "authenticators",
  {
    id: text().primaryKey(),
    userId: text().notNull(),
    name: text(),
    /** Sealed; the context is app, user and this row's id. */
    secret: text().notNull(),
    /** Keyed digest of the secret, so that one secret is not enrolled twice for a user. */
    secretDigest: text().notNull(),
    algorithm: text({ enum: ["SHA1", "SHA256", "SHA512"] }).notNull(),
    digits: integer().notNull(),
    period: integer().notNull(),
    state: text({ enum: ["pending", "active"] }).notNull(),
    /** The replay ledger: the highest time step spent. It grows; `core/code/steps-ahead.ts` says when it does not. */
    lastStep: integer().notNull().default(-1),
    /** Steps by which its clock differed at the last success: codes around there count too. */
    drift: integer().notNull().default(0),
    /** Wrong codes at confirmation. */
    tries: integer().notNull().default(0),
    /** Enrolled with a proof of a factor that was active then. */
    proven: integer({ mode: "boolean" }).notNull().default(false),
    createdAt: instant().notNull(),
    confirmedAt: instant(),
    lastUsedAt: instant(),
    /** Only while pending. */
    expiresAt: instant(),
  },
  (t) => [
    uniqueIndex("authenticators_user_secret").on(t.userId, t.secretDigest),
    // Of pending ones only, so that an active one costs nothing: for the clean-up.
    index("authenticators_pending")
      .on(t.expiresAt)
      .where(sql`expires_at IS NOT NULL`),
  ],
);

/** One backup code: its keyed hash and whether it is used. */
export const backupCodes = sqliteTable(
  "backup_codes",
  {
    userId: text().notNull(),
    hash: text().notNull(),
    usedAt: instant(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.hash] })],
);

/**
 * What has been answered to a challenge; a challenge that nobody answered has no row. `WITHOUT
 * ROWID`, which pays for the index (drizzle cannot say so: the migration does).
 */
export const challenges = sqliteTable(
  "challenges",
  {
    id: text().primaryKey(),
    userId: text().notNull(),
    attempts: integer().notNull(),
    /** The strikes that its own failures added, taken back by its success. */
    strikes: real().notNull(),
    spentAt: instant(),
    /** A minute after the token's own expiry, or as long as it may prove something. */
    expiresAt: instant().notNull(),
    /**
     * Answered for a change of factors: the user's epoch then. Null for any other, and once a change
     * was made with it.
     */
    provenEpoch: integer(),
    /** The key that made it, where it is to prove a change of factors, which ends with it. */
    keyId: text(),
  },
  (t) => [index("challenges_expiry").on(t.expiresAt)],
);

/** What happened: append-only. */
export const auditEvents = sqliteTable(
  "audit_events",
  {
    /**
     * Microseconds since the epoch, made unique: the time of the event, its order and its cursor.
     */
    id: integer().primaryKey(),
    appId: text(),
    userId: text(),
    type: text().notNull(),
    outcome: text({ enum: ["success", "failure", "refused"] }).notNull(),
    /** The inner reason, which the end user is never told. */
    reason: text(),
    /** Who did it: `key:<id>`, `session:<id>`, `challenge:<id>`, `link:<id>`, `login`, `registration`, `admin` or `system`. */
    actor: text().notNull(),
    authenticatorId: text(),
    ip: text(),
    userAgent: text(),
    requestId: text(),
    /** The operator's own words. */
    note: text(),
  },
  (t) => [
    // Each event is in one of the two: those of no user are found by the link or key that they name.
    index("audit_events_user")
      .on(t.userId)
      .where(sql`user_id IS NOT NULL`),
    index("audit_events_note")
      .on(t.note)
      .where(sql`user_id IS NULL`),
  ],
);

/** That a creating call with this Idempotency-Key has been carried out, and what it made. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    /** The app's id, a user's id, or `admin`. */
    scope: text().notNull(),
    key: text().notNull(),
    route: text().notNull(),
    /** Keyed digest of path and body; never the body. */
    requestDigest: text().notNull(),
    resourceId: text().notNull(),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.scope, t.key] }),
    index("idempotency_keys_expiry").on(t.expiresAt),
  ],
);

/** A secret that a caller keeps and shows with every code: its replay ledger and its guard. */
export const bareSecrets = sqliteTable("bare_secrets", {
  /** Keyed digest of the HMAC key block that the secret yields: of the secret nothing is kept. */
  digest: text().primaryKey(),
  /** The highest time step spent; -1 if none was. It only ever grows. */
  lastStep: integer().notNull(),
  /** Consecutive failures: a success sets 0. */
  failures: integer().notNull(),
  lockedUntil: instant(),
  /** A day after the last attempt that counted. */
  expiresAt: instant().notNull(),
});

/**
 * A count that starts afresh when it ends: of failures with bare secrets that have no row, all
 * those together whose digests begin alike, and of new rows.
 */
export const bareSecretCounts = sqliteTable("bare_secret_counts", {
  key: text().primaryKey(),
  count: integer().notNull(),
  endsAt: instant().notNull(),
});

/** A key of KEYRING that rows refer to, with a sealed canary that only the same key opens. */
export const keyringKeys = sqliteTable("keyring_keys", {
  id: text().primaryKey(),
  canary: text().notNull(),
  createdAt: instant().notNull(),
});

/** A deleted app whose users are still there: the clean-up takes them away. */
export const deletedApps = sqliteTable("deleted_apps", {
  appId: text().primaryKey(),
});

/** How far the clean-up has come in a table that has no index by expiry. */
export const cleanupCursors = sqliteTable("cleanup_cursors", {
  name: text().primaryKey(),
  /** The primary key of the last row that it looked at; empty: it begins at the first. */
  position: text().notNull(),
});
