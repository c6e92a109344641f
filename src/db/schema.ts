/**
 * The tables of users and their factors. Those of apps (`app-schema.ts`), of the user API
 * (`account-schema.ts`), of the pages (`page-schema.ts`) and of upkeep (`upkeep-schema.ts`) are
 * beside it. Each has a sentence that says what a row is. `docs/storage.md` adds who writes it and how long it
 * is kept.
 *
 * There are few indexes on purpose. Every index is one more row written per insert, and rows
 * written are the main cost. So nine tables are `WITHOUT ROWID`. Drizzle cannot express that: a
 * migration that makes one of them anew has to say it by hand (`test/db/small-rows.test.ts`).
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
import { instant } from "./instant";

/** One person in one app, and the guard that all their authenticators and backup codes share. */
export const users = sqliteTable(
  "users",
  {
    id: text().primaryKey(),
    appId: text().notNull(),
    /** The app's own name for the user. */
    externalId: text().notNull(),
    createdAt: instant().notNull(),
    disabledAt: instant(),
    /**
     * Grows with every change that must end what was minted before it, such as sessions, challenges
     * and enrolment links.
     */
    epoch: integer().notNull().default(0),
    /** Consecutive failures. A success sets 0. */
    failures: integer().notNull().default(0),
    lockedUntil: instant(),
    /**
     * Failures weighted by the codes compared, as of `strikesAt`. One is forgiven a day, and none
     * by a success.
     */
    strikes: real().notNull().default(0),
    strikesAt: instant(),
    cappedAt: instant(),
    /**
     * The mark: the random id that the last deciding UPDATE left. The rest of its batch depends on
     * it.
     */
    attempt: text(),
    /**
     * Set by an operator's reset. No code passes and nothing enrols without the rebinding token.
     */
    mustRebind: integer({ mode: "boolean" }).notNull().default(false),
    rebindHash: text(),
    rebindExpiresAt: instant(),
    /**
     * For a user with an account: keyed digests of the networks from which they last gave their
     * password.
     */
    knownNetworks: text({ mode: "json" }).$type<string[]>(),
    /** Browsers that were known before this time are not any more. */
    knownSince: instant(),
    /**
     * Opens what the audit archive says of this user's addresses, browsers and notes. Made when the
     * first of their events is archived. It is deleted with the user, and with it nothing opens that.
     */
    erasureKey: text(),
  },
  (t) => [
    uniqueIndex("users_app_external").on(t.appId, t.externalId),
    // For the lists, newest first, and for the search by the beginning of a name. Each costs one
    // row for a new user.
    index("users_app").on(t.appId),
    index("users_external").on(t.externalId),
    // For the users who are locked, capped or disabled, newest first. A verification that changes
    // none of these writes nothing here.
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

/** One authenticator of one user. */
export const authenticators = sqliteTable(
  "authenticators",
  {
    id: text().primaryKey(),
    userId: text().notNull(),
    name: text(),
    /** Sealed. The context is app, user and this row's id. */
    secret: text().notNull(),
    /** Keyed digest of the secret, so that one secret is not enrolled twice for a user. */
    secretDigest: text().notNull(),
    algorithm: text({ enum: ["SHA1", "SHA256", "SHA512"] }).notNull(),
    digits: integer().notNull(),
    period: integer().notNull(),
    state: text({ enum: ["pending", "active"] }).notNull(),
    /**
     * The replay ledger: the highest time step spent. It grows, with the one exception in
     * `core/code/steps-ahead.ts`.
     */
    lastStep: integer().notNull().default(-1),
    /**
     * By how many steps its clock differed at the last success. Codes around that step count too.
     */
    drift: integer().notNull().default(0),
    /** How many wrong codes were given to confirm it. */
    tries: integer().notNull().default(0),
    /** Whether the enrolment came with a proof of a factor that was active at the time. */
    proven: integer({ mode: "boolean" }).notNull().default(false),
    createdAt: instant().notNull(),
    confirmedAt: instant(),
    lastUsedAt: instant(),
    /** Set only while pending. */
    expiresAt: instant(),
  },
  (t) => [
    uniqueIndex("authenticators_user_secret").on(t.userId, t.secretDigest),
    // For the clean-up. It contains only pending ones, so that an active one costs nothing.
    index("authenticators_pending")
      .on(t.expiresAt)
      .where(sql`expires_at IS NOT NULL`),
  ],
);

/** One backup code: its keyed hash, and whether it is used. */
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
 * The answers that a challenge has had. A challenge that nobody answered has no row. The key begins
 * with the expiry, so that the clean-up needs no index. Whoever has the token has both parts of it.
 */
export const challenges = sqliteTable(
  "challenges",
  {
    /** The token's own expiry. The row is kept for a while after it. */
    expiresAt: instant().notNull(),
    id: text().notNull(),
    userId: text().notNull(),
    attempts: integer().notNull(),
    /** The strikes that failures of this challenge added. Its success takes them back. */
    strikes: real().notNull(),
    spentAt: instant(),
    /**
     * For an answer that may prove a change of factors: the user's epoch at the time. Null for any
     * other, and once a change was made with it.
     */
    provenEpoch: integer(),
    /**
     * The key that made a challenge which is to prove a change of factors. The proof ends with the
     * key.
     */
    keyId: text(),
  },
  (t) => [
    primaryKey({ columns: [t.expiresAt, t.id] }),
    // A proof of a change of factors names the id alone. It contains only challenges that are to
    // prove one, so that no other costs a row.
    index("challenges_proof")
      .on(t.id)
      .where(sql`key_id IS NOT NULL`),
  ],
);

/** What happened. Rows are only ever added. */
export const auditEvents = sqliteTable(
  "audit_events",
  {
    /**
     * Microseconds since 1970, made unique. It is the time of the event, its order and its cursor.
     */
    id: integer().primaryKey(),
    appId: text(),
    userId: text(),
    type: text().notNull(),
    outcome: text({ enum: ["success", "failure", "refused"] }).notNull(),
    /** The inner reason, which the end user is never told. */
    reason: text(),
    /**
     * Who did it: one of `key:<id>`, `session:<id>`, `challenge:<id>`, `link:<id>`, `login`
     * or `login:<id>` (of its challenge), `registration`, `admin` and `system`.
     */
    actor: text().notNull(),
    authenticatorId: text(),
    ip: text(),
    userAgent: text(),
    requestId: text(),
    /** The operator's own words, or the id of the link or key that the event is about. */
    note: text(),
  },
  (t) => [
    // Each event is in one of the two. Events of no user are found by the link or key that they
    // name.
    index("audit_events_user")
      .on(t.userId)
      .where(sql`user_id IS NOT NULL`),
    index("audit_events_note")
      .on(t.note)
      .where(sql`user_id IS NULL`),
  ],
);

/** Says that a creating call with this Idempotency-Key has been carried out, and what it made. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    /** The app's id, a user's id, or `admin`. */
    scope: text().notNull(),
    key: text().notNull(),
    route: text().notNull(),
    /** Keyed digest of path and body. The body itself is never kept. */
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
