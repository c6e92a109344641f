/** The audit trail: append-only, written in the batch of the change that it tells of. */

import { effect, type Effect } from "../../db/effect";
import { statement, type NamesIn, type Statement } from "../../db/statement";
import type { Deps } from "../../env";
import type { Actor } from "../caller/actor";

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
  /** Left out: those of the request. */
  ip?: string | null;
  userAgent?: string | null;
}

/**
 * Microseconds since the epoch, or one more than the newest, whichever is later: unique, and in
 * order.
 */
export const NEXT_AUDIT_ID = `max(:now * 1000, coalesce((SELECT max(id) FROM audit_events), 0) + 1)`;

/** The one way into the table; what follows is a SELECT of these columns. */
export const INTO_AUDIT_EVENTS = `INSERT INTO audit_events
    (id, app_id, user_id, type, outcome, reason, actor, authenticator_id, note, request_id, ip, user_agent)`;
const INSERT =
  `${INTO_AUDIT_EVENTS} SELECT ${NEXT_AUDIT_ID}, :appId, :userId, :type, :outcome, :reason, :actor,
    :authenticatorId, :note, :requestId` as const;
const RECORD = effect(`${INSERT}, :ip, :userAgent`);

/** Deleted since the read: nothing personal is kept of them. */
const IS_GONE = `(:userId IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE id = :userId))`;

/** The event of what hangs on a decision. */
export function recorded(deps: Deps, event: AuditEvent): Effect {
  return RECORD(valuesOf(deps, event));
}

/** As `recorded`, if besides this holds. */
export function recordedWhere(where: string) {
  const RECORD_WHERE = effect(`${INSERT}, :ip, :userAgent`, where);
  return (deps: Deps, event: AuditEvent): Effect => RECORD_WHERE(valuesOf(deps, event));
}

/** The statement that records an event whatever happens. */
export function record(deps: Deps, event: AuditEvent): D1PreparedStatement {
  const values = valuesOf(deps, event);
  return RECORD(values).sql.under("TRUE")(deps, values);
}

/** As `record`, for an event that hangs on something else than a decision about its user. */
export function recordWhere<const Condition extends string>(condition: Condition) {
  const bind = statement(
    `${INSERT}, iif(${IS_GONE}, NULL, :ip), iif(${IS_GONE}, NULL, :userAgent) WHERE ${condition}`,
  );
  return (
    deps: Deps,
    event: AuditEvent,
    values: Parameters<Statement<Exclude<NamesIn<Condition>, EventName>>>[1],
  ): D1PreparedStatement => bind(deps, { ...values, ...valuesOf(deps, event) });
}

type EventName = keyof ReturnType<typeof valuesOf>;

function valuesOf(deps: Deps, event: AuditEvent) {
  return {
    userId: null,
    outcome: "success",
    reason: null,
    authenticatorId: null,
    note: null,
    now: deps.now.getTime(),
    ...requestValues(deps),
    ...event,
  };
}

/** What every event names of the request that caused it. */
export function requestValues({ request: { id, ip, userAgent } }: Deps) {
  return { requestId: id, ip, userAgent };
}

/** The event of a change to a user. */
export function eventOf(
  type: AuditType,
  actor: Pick<Actor, "name">,
  { app, user }: { app: { id: string }; user: { id: string } },
): AuditEvent {
  return { type, actor: actor.name, appId: app.id, userId: user.id };
}
