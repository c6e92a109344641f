/** The audit trail: append-only, written in the batch of the change that it tells of. */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { CLAIMED, PASSED } from "../caller/live";

export const AUDIT_TYPES = [
  "account.changed",
  "account.created",
  "app.created",
  "app.updated",
  "app.deleted",
  "api_key.created",
  "api_key.revoked",
  "authenticator.enrolled",
  "authenticator.confirmed",
  "authenticator.imported",
  "authenticator.removed",
  "authenticator.renamed",
  "authenticator.resynchronised",
  "authenticator.step_reset",
  "backup_codes.rotated",
  "challenge.answered",
  "challenge.cancelled",
  "code.verified",
  "console.signed_in",
  "console.signed_out",
  "device.revoked",
  "device.trusted",
  "link.cancelled",
  "link.created",
  "link.opened",
  "password.changed",
  "password.given",
  "second_factor.disabled",
  "session.reused",
  "session.revoked",
  "user.capped",
  "user.deleted",
  "user.disabled",
  "user.enabled",
  "user.locked",
  "user.refused",
  "user.reset",
  "user.unlocked",
] as const;
export type AuditType = (typeof AUDIT_TYPES)[number];

export const OUTCOMES = ["success", "failure", "refused"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface AuditEvent {
  type: AuditType;
  /** `key:<id>`, `session:<id>`, `challenge:<id>`, `link:<id>`, `login`, `registration`, `admin` or `system`. */
  actor: string;
  appId: string | null;
  userId?: string | null;
  outcome?: Outcome;
  reason?: string | null;
  authenticatorId?: string | null;
  note?: string | null;
}

/**
 * Microseconds since the epoch, or one more than the newest, whichever is later: unique, and in
 * order.
 */
export const NEXT_AUDIT_ID = `max(:now * 1000, coalesce((SELECT max(id) FROM audit_events), 0) + 1)`;

const columns = `id, app_id, user_id, type, outcome, reason, actor, authenticator_id, request_id, note, ip, user_agent`;
const row = `${NEXT_AUDIT_ID}, :appId, :userId, :type, :outcome, :reason, :actor, :authenticatorId, :requestId, :note`;
const insert = `INSERT INTO audit_events (${columns}) SELECT ${row}`;
const RECORD = statement(`${insert}, :ip, :userAgent`);
const recordIf = (condition: string) => statement(`${insert}, :ip, :userAgent WHERE ${condition}`);
const RECORD_IF = { claimed: recordIf(CLAIMED), passed: recordIf(PASSED) };

/** Deleted since the read: nothing personal is kept of them. */
const IS_GONE = `(:userId IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE id = :userId))`;

/**
 * The statement that records an event; with `attempt`, only if that attempt's change took place, or
 * its code passed.
 */
export function record(
  deps: Deps,
  event: AuditEvent,
  attempt?: string,
  by: keyof typeof RECORD_IF = "claimed",
): D1PreparedStatement {
  const values = valuesOf(deps, event);
  if (attempt === undefined) return RECORD(deps.db.$client, values);
  return RECORD_IF[by](deps.db.$client, { ...values, attempt });
}

/** As `record`, for an event that hangs on something else than an attempt. */
export function recordWhere(condition: string) {
  const bind = statement(
    `${insert}, iif(${IS_GONE}, NULL, :ip), iif(${IS_GONE}, NULL, :userAgent) WHERE ${condition}`,
  );
  return (
    deps: Deps,
    event: AuditEvent,
    values: Record<string, string | number | null>,
  ): D1PreparedStatement => bind(deps.db.$client, { ...values, ...valuesOf(deps, event) });
}

function valuesOf(deps: Deps, event: AuditEvent) {
  return {
    userId: null,
    outcome: "success",
    reason: null,
    authenticatorId: null,
    note: null,
    ...event,
    now: deps.now.getTime(),
    ...requestValues(deps),
  };
}

/** What every event names of the request that caused it. */
export function requestValues({ request: { id, ip, userAgent } }: Deps) {
  return { requestId: id, ip, userAgent };
}
