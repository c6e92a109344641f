/**
 * The tables that nobody's factor is in: secrets that callers keep, and what the service needs to keep
 * itself in order.
 */

import { blob, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { instant } from "./instant";

/** A secret that a caller keeps and sends with every code: its replay ledger and its guard. */
export const bareSecrets = sqliteTable("bare_secrets", {
  /**
   * Keyed digest of the HMAC key block that the secret yields. Nothing of the secret itself is
   * kept.
   */
  digest: text().primaryKey(),
  /** The highest time step spent, or -1 if none was. It only ever grows. */
  lastStep: integer().notNull(),
  /** Consecutive failures. A success sets 0. */
  failures: integer().notNull(),
  lockedUntil: instant(),
  /** A day after the last attempt that counted. */
  expiresAt: instant().notNull(),
});

/**
 * A count that starts afresh when it ends. It counts either failures with secrets that have no row,
 * for all secrets whose digests begin alike, or new rows.
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

/** A deleted app that still has users. The clean-up deletes them. */
export const deletedApps = sqliteTable("deleted_apps", {
  appId: text().primaryKey(),
});

/**
 * How far the clean-up has come in a table that has no index by expiry; and as `notices` and
 * `metrics`, how far the trail was read for mail and for counts.
 */
export const cleanupCursors = sqliteTable("cleanup_cursors", {
  name: text().primaryKey(),
  /**
   * The primary key of the last row that the clean-up looked at. If it is empty, it begins at the
   * first row. Of `notices` it is a position in the feed.
   */
  position: text().notNull(),
});

/**
 * An object of the audit archive. The row is written by the batch that takes its events out of
 * `audit_events`, so that every event is in one of the two.
 */
export const archiveObjects = sqliteTable("archive_objects", {
  /** The ids of its first and its last event. Objects do not overlap. */
  firstId: integer().primaryKey(),
  lastId: integer().notNull(),
  /** How many events it holds. */
  count: integer().notNull(),
  /** Its key in the bucket. */
  name: text().notNull(),
  /** SHA-256 of its bytes, in hex. The next object repeats it. */
  sha256: text().notNull(),
  bytes: integer().notNull(),
  /** A Bloom filter of what events can be searched by (`core/audit/facets.ts`). */
  facets: blob({ mode: "buffer" }).notNull(),
});

/** How many events of each kind there have been, since somebody asked for the first time. */
export const eventCounts = sqliteTable(
  "event_counts",
  {
    type: text().notNull(),
    outcome: text().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.type, t.outcome] })],
);
