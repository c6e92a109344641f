/** The tables of the user API: who logs in, and what their log-ins leave behind. */

import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { instant } from "./schema";

/** What a user of the user API logs in with. */
export const accounts = sqliteTable(
  "accounts",
  {
    userId: text().primaryKey(),
    /** Normalised: trimmed, NFKC, lower case; so is the user name. Of the domain the A-labels. */
    email: text().notNull(),
    username: text(),
    name: text(),
    /** Self-describing: algorithm, parameters and salt are in it. */
    passwordHash: text().notNull(),
  },
  (t) => [
    uniqueIndex("accounts_email").on(t.email),
    uniqueIndex("accounts_username").on(t.username),
  ],
);

/**
 * Wrong passwords for one account, from one address or one browser, or registrations from one
 * address, until the count ends.
 */
export const passwordGuards = sqliteTable("password_guards", {
  /** Keyed digest of what is counted: of strangers' e-mail addresses too, which are not ours to keep. */
  key: text().primaryKey(),
  failures: integer().notNull(),
  endsAt: instant().notNull(),
});

/** One log-in of one user, with all the tokens that come of it. */
export const sessions = sqliteTable(
  "sessions",
  {
    id: text().primaryKey(),
    userId: text().notNull(),
    /** Of the user: whatever makes that grow ends the session, unless it takes the session along. */
    epoch: integer().notNull(),
    /** SHA-256 of the secret that all tokens of the session carry. */
    secretHash: text().notNull(),
    /** SHA-256 of what only the newest refresh token carries; null for a cookie. */
    refreshHash: text(),
    /** Authenticator assurance level: 1 a password, 2 a second factor too (NIST SP 800-63B). */
    aal: integer().$type<1 | 2>().notNull(),
    /** When the password, and when a second factor, was last proven. */
    passwordAt: instant().notNull(),
    secondFactorAt: instant(),
    createdAt: instant().notNull(),
    /** True to five minutes. */
    lastUsedAt: instant().notNull(),
    idleExpiresAt: instant().notNull(),
    expiresAt: instant().notNull(),
    revokedAt: instant(),
    /** The request that found a refresh token used twice. */
    revokedBy: text(),
    ip: text(),
    userAgent: text(),
    /** What was enrolled last on a page of it, which is shown to no other session. */
    authenticatorId: text(),
  },
  (t) => [index("sessions_user").on(t.userId), index("sessions_expiry").on(t.expiresAt)],
);

/** A device that its user spares the second factor at log-in. */
export const trustedDevices = sqliteTable(
  "trusted_devices",
  {
    id: text().primaryKey(),
    userId: text().notNull(),
    /** As of a session. */
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
