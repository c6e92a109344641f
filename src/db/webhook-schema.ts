/** The tables of webhooks: where events go, and what became of each. Kept by the control database. */

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { instant } from "./instant";

/** An address of an app's back end, to which its events are sent. */
export const webhookEndpoints = sqliteTable(
  "webhook_endpoints",
  {
    id: text().primaryKey(),
    appId: text().notNull(),
    name: text(),
    url: text().notNull(),
    /** The types that are sent, as JSON. Null: all. */
    types: text({ mode: "json" }).$type<string[]>(),
    /** Sealed. */
    secret: text().notNull(),
    /** The secret before it, sealed, with which messages are signed too until it expires. */
    previousSecret: text(),
    previousExpiresAt: instant(),
    createdAt: instant().notNull(),
    /**
     * The outbox: of each database the id of the last audit event that was looked at, joined by dots. What is
     * behind it was sent, is waiting in `webhook_deliveries`, or is none of its types.
     */
    position: text().notNull(),
    /** While nothing is sent. An operator said so, or a delivery has failed for a day. */
    pausedAt: instant(),
    pausedBecause: text({ enum: ["operator", "failing"] }),
    /** Since when nothing has been taken. */
    failingSince: instant(),
    /** Whose turn it is to send, and until when nobody else may. */
    turn: text(),
    busyUntil: instant(),
    deletedAt: instant(),
  },
  (t) => [index("webhook_endpoints_app").on(t.appId)],
);

/**
 * A message to an endpoint. What it says is in the audit event. The table is `WITHOUT ROWID`; drizzle cannot
 * express that, so the migration does.
 */
export const webhookDeliveries = sqliteTable(
  "webhook_deliveries",
  {
    endpointId: text().notNull(),
    /** The id of the audit event, and the number of the database that has it. */
    eventId: integer().notNull(),
    shard: integer().notNull(),
    type: text().notNull(),
    /** Messages about one user keep their order. */
    userId: text(),
    state: text({ enum: ["waiting", "delivered"] }).notNull(),
    attempts: integer().notNull(),
    /** Of the attempts since the endpoint was last resumed, the first one. */
    firstAt: instant(),
    lastAt: instant(),
    /** When it is sent next, if it is waiting. */
    nextAt: instant(),
    /** How the last attempt ended: the status, or why there was none. */
    status: integer(),
    fault: text({ enum: ["not_allowed", "no_answer_in_time", "no_connection"] }),
    /** The beginning of the answer. */
    answer: text(),
    milliseconds: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.endpointId, t.eventId, t.shard] }),
    index("webhook_deliveries_waiting")
      .on(t.endpointId, t.eventId)
      .where(sql`state = 'waiting'`),
  ],
);
