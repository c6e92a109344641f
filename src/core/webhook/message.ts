/** What the service tells an app's back end about an event: thin, without any secret, address or browser. */

import { AUDIT_TYPES, type AuditType, type Outcome } from "../audit/event";
import type { EventRow } from "../audit/record";

/** What happens to the app's users and keys. What operators do to apps, databases and webhooks is not among it. */
export type EventType = Exclude<
  AuditType,
  `${"app" | "console" | "database" | "range" | "webhook"}.${string}`
>;

export const EVENT_TYPES = AUDIT_TYPES.filter(isEventType);

function isEventType(type: AuditType): type is EventType {
  return !/^(?:app|console|database|range|webhook)\./.test(type);
}

/** An event with the app's own name for its user, if it is about one who still exists. */
export type ToldEvent = EventRow & { externalId: string | null };

export interface Message {
  /** The same whenever it is sent again: `evt_`, the sequence, and a number for a database besides the first. */
  id: string;
  type: EventType;
  version: 1;
  /** Grows with the events of a user. Microseconds since 1970, made unique. */
  sequence: number;
  timestamp: string;
  data: {
    appId: string | null;
    user: { id: string; externalId: string | null } | null;
    outcome: Outcome;
    reason: string | null;
    method: "totp" | "backup_code" | null;
    authenticatorId: string | null;
    /** Who did it, as in the audit trail. */
    actor: string;
  };
}

export function messageId(eventId: number, shard: number): string {
  return shard === 0 ? `evt_${eventId}` : `evt_${eventId}_${shard}`;
}

/** The id of the event and the number of its database, or null for a text that is no such id. */
export function readMessageId(id: string): { eventId: number; shard: number } | null {
  const [, eventId, shard = "0"] = /^evt_(\d{1,16})(?:_(\d{1,3}))?$/.exec(id) ?? [];
  return eventId === undefined ? null : { eventId: Number(eventId), shard: Number(shard) };
}

export function toMessage(event: ToldEvent, shard: number): Message {
  const { id, type, appId, userId, externalId, outcome, reason, authenticatorId, actor } = event;
  return {
    id: messageId(id, shard),
    type: readType(type),
    version: 1,
    sequence: id,
    timestamp: new Date(id / 1000).toISOString(),
    data: {
      appId,
      user: userId === null ? null : { id: userId, externalId },
      outcome,
      reason,
      method: methodOf(event),
      authenticatorId,
      actor,
    },
  };
}

function readType(text: string): EventType {
  const type = EVENT_TYPES.find((one) => one === text);
  if (!type) throw new Error(`no type of event: ${text}`);
  return type;
}

/** A right code that is of no authenticator is a backup code. A wrong one may be meant as either. */
function methodOf({ type, outcome, authenticatorId }: EventRow): Message["data"]["method"] {
  const isCode = type === "code.verified" || type === "challenge.answered";
  if (!isCode || outcome !== "success") return null;
  return authenticatorId === null ? "backup_code" : "totp";
}
