/** An event as it is read, and what events can be searched by. */

import type { auditEvents } from "../../db/schema";
import type { AuditType, Outcome } from "./event";

export type EventRow = typeof auditEvents.$inferSelect;
export type AuditRecord = EventRow & { at: Date };

export interface AuditFilter {
  appId?: string | undefined;
  userId?: string | undefined;
  type?: AuditType | undefined;
  outcome?: Outcome | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  /** The id of an event, or what `followEvents` gave as `newest`. Only newer events are listed. */
  after?: string | number | undefined;
}

/** Ids from `from` on, and below `to`. */
export interface Span {
  from: number;
  to: number;
}

export const EVENT_COLUMNS = `id, app_id AS appId, user_id AS userId, type, outcome, reason, actor,
    authenticator_id AS authenticatorId, ip, user_agent AS userAgent, request_id AS requestId, note`;

/** The id of the newest event in the archive. Null if nothing was ever archived. */
export const LAST_ARCHIVED = `(
    SELECT last_id FROM archive_objects WHERE first_id > 0 ORDER BY first_id DESC LIMIT 1)`;

/** How many events one page looks at. Of those in the database, only the events of one user have an index. */
export const EVENTS_LOOKED_AT = 10_000;

/** Adds the time of the event, which is in its id. */
export function toRecord(row: EventRow): AuditRecord {
  return { ...row, at: new Date(row.id / 1000) };
}
