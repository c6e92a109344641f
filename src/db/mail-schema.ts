/** The tables of mail to users of the user API. */

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { instant } from "./instant";

/** What a code from a mail is good for: to prove the address, or to set another password. */
export const MAIL_CODE_PURPOSES = ["address", "password"] as const;
export type MailCodePurpose = (typeof MAIL_CODE_PURPOSES)[number];

/** The newest code that was sent to a user for each purpose. */
export const mailCodes = sqliteTable(
  "mail_codes",
  {
    userId: text().notNull(),
    purpose: text().$type<MailCodePurpose>().notNull(),
    /** Keyed digest of the code with its purpose, the user and the address that it was sent to. */
    digest: text().notNull(),
    /** How many wrong codes were given for it. */
    failures: integer().notNull(),
    expiresAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.purpose] }),
    index("mail_codes_expiry").on(t.expiresAt),
  ],
);

/** The newest notice of each kind to a user. It stays for a while, so that the next one is not sent too soon. */
export const notices = sqliteTable(
  "notices",
  {
    userId: text().notNull(),
    kind: text().notNull(),
    /** The event that it tells of, in one of the databases. */
    eventId: integer().notNull(),
    /** Where it is sent if not to the account's address: to the one that the account had before. */
    address: text(),
    attempts: integer().notNull(),
    /** When it is tried next. Null: it was sent, or given up. */
    nextAt: instant(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.kind] }),
    index("notices_due")
      .on(t.nextAt)
      .where(sql`next_at IS NOT NULL`),
    index("notices_event").on(t.eventId),
  ],
);

/** The mail of a service that sends none, for whoever develops with it. */
export const outbox = sqliteTable("outbox", {
  id: integer().primaryKey(),
  at: instant().notNull(),
  recipient: text().notNull(),
  subject: text().notNull(),
  text: text().notNull(),
  html: text().notNull(),
});
