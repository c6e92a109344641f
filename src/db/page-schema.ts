/** The tables behind the pages: links that people are sent to, and the operator's sign-ins. */

import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { instant } from "./instant";

/** A link to the page where one user of an app enrols an authenticator. */
export const enrolmentLinks = sqliteTable(
  "enrolment_links",
  {
    id: text().primaryKey(),
    /** SHA-256 of the secret in its URL. */
    hash: text().notNull(),
    appId: text().notNull(),
    /** The app's epoch when the link was made. A change of the app's settings ends the link. */
    appEpoch: integer().notNull(),
    /** The key that made the link. The link ends with it. Null for an operator's reset. */
    keyId: text(),
    /** The app's own name for the user, who may not exist yet. */
    externalId: text().notNull(),
    /**
     * The user's epoch when the link was made; 0 if they did not exist. Whatever raises the epoch
     * ends the link. Only the link of a reset ends with the reset's token instead.
     */
    userEpoch: integer().notNull().default(0),
    /** The name that the authenticator app will show. */
    accountName: text().notNull(),
    /** One of the app's registered URLs, which the page leads back to. */
    returnUrl: text(),
    /** For a reset: the digest of its rebinding token, which the enrolment uses up. */
    rebindHash: text(),
    createdAt: instant().notNull(),
    /** Until when the link must be opened. Once it is open: until when everything must be done. */
    expiresAt: instant().notNull(),
    /** SHA-256 of the secret of the browser that opened the link. Null until one does. */
    browserHash: text(),
    /** The user's epoch at which this browser gave one of the user's codes. */
    provenEpoch: integer(),
    /** The authenticator that the link enrolled last. */
    authenticatorId: text(),
    completedAt: instant(),
  },
  (t) => [
    index("enrolment_links_user").on(t.appId, t.externalId),
    index("enrolment_links_expiry").on(t.expiresAt),
  ],
);

/** A right answer on a hosted page, which the app's back end fetches once. */
export const challengeResults = sqliteTable(
  "challenge_results",
  {
    /** SHA-256 of the one-time code that the browser brings back. */
    hash: text().primaryKey(),
    challengeId: text().notNull(),
    appId: text().notNull(),
    appEpoch: integer().notNull(),
    /** The key that made the link. The result ends with it. */
    keyId: text().notNull(),
    userId: text().notNull(),
    /** The user's epoch. Whatever raises it ends the result, as it ends a challenge. */
    userEpoch: integer().notNull(),
    purpose: text(),
    method: text({ enum: ["totp", "backup_code"] }).notNull(),
    expiresAt: instant().notNull(),
  },
  (t) => [index("challenge_results_expiry").on(t.expiresAt)],
);

/** A sign-in to the operator's console. */
export const operatorSessions = sqliteTable("operator_sessions", {
  /** SHA-256 of the secret in the cookie. */
  hash: text().primaryKey(),
  /** Keyed digest of the ADMIN_TOKEN that opened the sign-in. A new token ends it. */
  tokenDigest: text().notNull(),
  createdAt: instant().notNull(),
  /** Use moves this on, and is noted seldom. */
  idleExpiresAt: instant().notNull(),
  expiresAt: instant().notNull(),
});
