/** The tables behind the pages: links that people are sent to, and the operator's sign-ins. */

import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { instant } from "./schema";

/** A link to the page where one user of an app enrols an authenticator. */
export const enrolmentLinks = sqliteTable(
  "enrolment_links",
  {
    id: text().primaryKey(),
    /** SHA-256 of the secret in its URL. */
    hash: text().notNull(),
    appId: text().notNull(),
    /** The app's, as it was then: with a change of settings the link ends. */
    appEpoch: integer().notNull(),
    /** The key that made it, and with which it dies; null for the operator's reset. */
    keyId: text(),
    /** The app's own name for the user, who may not exist yet. */
    externalId: text().notNull(),
    /** Of the user, as it was then, 0 of one who did not exist: whatever makes that grow ends the link, but one of a reset, which ends with its token. */
    userEpoch: integer().notNull().default(0),
    /** What the authenticator app will show. */
    accountName: text().notNull(),
    /** One of the app's registered ones, where the page leads back to. */
    returnUrl: text(),
    /** Of a reset: the digest of its rebinding token, which the enrolment uses up. */
    rebindHash: text(),
    createdAt: instant().notNull(),
    /** Until then it has to be opened; once it is, until then everything has to be done. */
    expiresAt: instant().notNull(),
    /** SHA-256 of what the browser holds that opened it: null until one does. */
    browserHash: text(),
    /** The user's epoch at which this browser gave a code of theirs. */
    provenEpoch: integer(),
    /** What it enrolled last. */
    authenticatorId: text(),
    completedAt: instant(),
  },
  (t) => [
    index("enrolment_links_user").on(t.appId, t.externalId),
    index("enrolment_links_expiry").on(t.expiresAt),
  ],
);

/** A right answer on a hosted page, for the app's back end to fetch once. */
export const challengeResults = sqliteTable(
  "challenge_results",
  {
    /** SHA-256 of the one-time code that the browser brought back. */
    hash: text().primaryKey(),
    challengeId: text().notNull(),
    appId: text().notNull(),
    appEpoch: integer().notNull(),
    /** The key that made the link, and with which the result dies. */
    keyId: text().notNull(),
    userId: text().notNull(),
    /** Of the user: whatever makes that grow ends the result, as it ends a challenge. */
    userEpoch: integer().notNull(),
    purpose: text(),
    method: text({ enum: ["totp", "backup_code"] }).notNull(),
    expiresAt: instant().notNull(),
  },
  (t) => [index("challenge_results_expiry").on(t.expiresAt)],
);

/** A sign-in to the operator's console. */
export const operatorSessions = sqliteTable("operator_sessions", {
  /** SHA-256 of what the cookie holds. */
  hash: text().primaryKey(),
  /** Keyed digest of the ADMIN_TOKEN that it was opened with: another one ends it. */
  tokenDigest: text().notNull(),
  createdAt: instant().notNull(),
  /** Moved on by use, noted seldom. */
  idleExpiresAt: instant().notNull(),
  expiresAt: instant().notNull(),
});
