/** The tables of the user API: who logs in, and what their logins leave behind. */

import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { instant } from "./instant";

export const LANGUAGES = ["en", "de", "fr", "ar", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The account that a user of the user API logs in with. */
export const accounts = sqliteTable(
  "accounts",
  {
    userId: text().primaryKey(),
    /**
     * The stored spelling: trimmed, NFKC, lower case, with the domain in A-labels. The user name is
     * stored in the same way.
     */
    email: text().notNull(),
    username: text(),
    name: text(),
    /** Self-describing: it contains algorithm, parameters and salt. */
    passwordHash: text().notNull(),
    /** In which its user reads mail. Null: English. */
    language: text().$type<Language>(),
    /** When a code that was sent to `email` came back. Nothing relies on an address before. */
    emailProvenAt: instant(),
  },
  (t) => [
    uniqueIndex("accounts_email").on(t.email),
    uniqueIndex("accounts_username").on(t.username),
    // For the operator, who searches by the beginning of a name.
    index("accounts_name")
      .on(sql`name COLLATE NOCASE`)
      .where(sql`name IS NOT NULL`),
  ],
);

/**
 * Counts wrong passwords for one account, from one address or one browser, and registrations from
 * one address, until the count ends.
 */
export const passwordGuards = sqliteTable("password_guards", {
  /**
   * Keyed digest of what is counted. That includes e-mail addresses of strangers, which are not
   * ours to keep.
   */
  key: text().primaryKey(),
  failures: integer().notNull(),
  endsAt: instant().notNull(),
});

/** One login of one user, with all tokens that come of it. */
export const sessions = sqliteTable(
  "sessions",
  {
    id: text().primaryKey(),
    userId: text().notNull(),
    /**
     * The user's epoch. Whatever raises that ends the session, unless it takes the session along.
     */
    epoch: integer().notNull(),
    /** SHA-256 of the secret that all tokens of the session carry. */
    secretHash: text().notNull(),
    /** SHA-256 of the secret that only the newest refresh token carries. Null for a cookie. */
    refreshHash: text(),
    /** Authenticator assurance level (NIST SP 800-63B): 1 is a password, 2 a second factor too. */
    aal: integer().$type<1 | 2>().notNull(),
    /** When the password was last proven, and when a second factor was. */
    passwordAt: instant().notNull(),
    secondFactorAt: instant(),
    createdAt: instant().notNull(),
    /** Accurate to five minutes. */
    lastUsedAt: instant().notNull(),
    idleExpiresAt: instant().notNull(),
    expiresAt: instant().notNull(),
    revokedAt: instant(),
    /** The request that found a refresh token used twice. */
    revokedBy: text(),
    ip: text(),
    userAgent: text(),
    /**
     * The authenticator that was enrolled last on a page of this session. It is shown to no other
     * session.
     */
    authenticatorId: text(),
  },
  (t) => [index("sessions_user").on(t.userId), index("sessions_expiry").on(t.expiresAt)],
);

/** A device whose user is asked for no code at login. */
export const trustedDevices = sqliteTable(
  "trusted_devices",
  {
    id: text().primaryKey(),
    userId: text().notNull(),
    /** The user's epoch, as in a session. */
    epoch: integer().notNull(),
    /** SHA-256 of the token. */
    hash: text().notNull(),
    createdAt: instant().notNull(),
    lastUsedAt: instant().notNull(),
    expiresAt: instant().notNull(),
    ip: text(),
    userAgent: text(),
  },
  (t) => [
    index("trusted_devices_user").on(t.userId),
    index("trusted_devices_expiry").on(t.expiresAt),
  ],
);
