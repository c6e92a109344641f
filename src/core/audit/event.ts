/** The audit trail. Rows are only ever added, in the batch of the change that they tell of. */

import { effect, type Effect } from "../../db/effect";
import { statement, type NamesIn, type Statement } from "../../db/statement";
import type { Deps } from "../../env";
import type { Actor } from "../caller/actor";

export const AUDIT_TYPES = [
  "account.changed",
  "account.created",
  "account.secured",
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
  "challenge.denied",
  "code.verified",
  "console.signed_in",
  "console.signed_out",
  "database.added",
  "database.restored",
  "database.restoring",
  "device.new",
  "device.revoked",
  "device.trusted",
  "email.code_sent",
  "email.proven",
  "link.cancelled",
  "link.created",
  "link.opened",
  "password.changed",
  "password.given",
  "password.reset",
  "range.moved",
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
  "webhook.created",
  "webhook.deleted",
  "webhook.paused",
  "webhook.resumed",
  "webhook.secret_rotated",
  "webhook.updated",
] as const;
export type AuditType = (typeof AUDIT_TYPES)[number];

export const OUTCOMES = ["success", "failure", "refused"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Reasons of a right password. */
export const AWAITS_CODE = "awaits_code";
export const TRUSTED_DEVICE = "trusted_device";

export interface AuditEvent {
  type: AuditType;
  /**
   * One of `key:<id>`, `session:<id>`, `challenge:<id>`, `link:<id>`, `login` or `login:<id>` (of its
   * challenge), `registration`, `recovery`, `admin` and `system`.
   */
  actor: string;
  appId: string | null;
  userId?: string | null;
  outcome?: Outcome;
  reason?: string | null;
  authenticatorId?: string | null;
  note?: string | null;
  /** Address and browser of the client. The request's own are taken if these are left out. */
  ip?: string | null;
  userAgent?: string | null;
}

/**
 * The next event's id: the time in microseconds since 1970, or one more than the newest id if that
 * is later. Ids are thus unique and in order.
 */
export const NEXT_AUDIT_ID = `max(:now * 1000, coalesce((SELECT max(id) FROM audit_events), 0) + 1)`;

/** The only INSERT into this table. It is followed by a SELECT of these columns. */
export const INTO_AUDIT_EVENTS = `INSERT INTO audit_events
    (id, app_id, user_id, type, outcome, reason, actor, authenticator_id, note, request_id, ip, user_agent)`;
const INSERT =
  `${INTO_AUDIT_EVENTS} SELECT ${NEXT_AUDIT_ID}, :appId, :userId, :type, :outcome, :reason, :actor,
    :authenticatorId, :note, :requestId` as const;
const RECORD = effect(`${INSERT}, :ip, :userAgent`);

/** The user was deleted since the read. Nothing personal is kept about them. */
const IS_GONE = `(:userId IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE id = :userId))`;

/** An effect that records an event together with the decision it depends on. */
export function recorded(deps: Deps, event: AuditEvent): Effect {
  return RECORD(valuesOf(deps, event));
}

/** Records like `recorded`, but only if this condition holds as well. */
export function recordedWhere(where: string) {
  const RECORD_WHERE = effect(`${INSERT}, :ip, :userAgent`, where);
  return (deps: Deps, event: AuditEvent): Effect => RECORD_WHERE(valuesOf(deps, event));
}

/** The statement that records an event unconditionally. */
export function record(deps: Deps, event: AuditEvent): D1PreparedStatement {
  const values = valuesOf(deps, event);
  return RECORD(values).sql.under("TRUE")(deps, values);
}

/**
 * The statement that records an event if a condition holds that is no decision about its user. It
 * keeps neither address nor browser of a user who was deleted since the read.
 */
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
    ...requestValues(deps, event.appId),
    ...event,
  };
}

/**
 * What every event says about the request that caused it. The app's webhooks are told after the answer,
 * whether or not the event is recorded.
 */
export function requestValues({ request }: Deps, appId: string | null) {
  const { id, ip, userAgent, told } = request;
  if (appId !== null) told.add(appId);
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
