/** Users, as their app's back end sees and changes them. */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { OPERATOR, type Actor } from "../caller/actor";
import { record, type AuditEvent } from "../audit/event";
import {
  claimBy,
  CLAIMED,
  commitClaim,
  LIVE_APP,
  LIVE_CALLER,
  NOT_HELD,
  PROVEN,
} from "../caller/live";
import { assertNotHeld } from "../user/guard";
import { commitProven, type Proof, type ProvenChange } from "./proof";
import { takeAlong } from "../session/sessions";
import { bringBack, isAhead } from "../code/steps-ahead";
import type { Authenticator, UserRecord } from "../user/record";
import { toAuthenticatorStatus, type AuthenticatorStatus } from "../authenticator/status";

const CLAIM_REMOVAL = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + 1
  WHERE users.id = :userId AND ${LIVE_APP} AND ${LIVE_CALLER} AND ${NOT_HELD} AND ${PROVEN}
    AND EXISTS (SELECT 1 FROM authenticators t
      WHERE t.id = :authenticatorId AND t.user_id = users.id AND t.state = :state)
  RETURNING id`);
const REMOVE = statement(`DELETE FROM authenticators WHERE id = :authenticatorId AND ${CLAIMED}`);
/** Backup codes alone are no factor. */
const REMOVE_ORPHANED_CODES = statement(`
  DELETE FROM backup_codes WHERE user_id = :userId AND ${CLAIMED}
    AND NOT EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = :userId AND t.state = 'active')`);

const CLAIM_RENAMING = statement(`
  UPDATE users SET attempt = :attempt
  WHERE users.id = :userId AND ${LIVE_APP} AND ${LIVE_CALLER} RETURNING id`);
const RENAME = statement(`
  UPDATE authenticators SET name = :name WHERE id = :authenticatorId AND user_id = :userId AND ${CLAIMED}`);

const CLAIM_UNLOCK = statement(`
  UPDATE users SET attempt = :attempt, failures = 0, locked_until = NULL
  WHERE users.id = :userId AND ${LIVE_APP} AND ${LIVE_CALLER} AND users.capped_at IS NULL
  RETURNING id`);

const CLAIM_DELETION = statement(`
  UPDATE users SET attempt = :attempt
  WHERE users.id = :userId AND ${LIVE_APP} AND ${LIVE_CALLER} AND ${NOT_HELD} AND ${PROVEN}
  RETURNING id`);
const DELETE_AUTHENTICATORS = statement(
  `DELETE FROM authenticators WHERE user_id = :userId AND ${CLAIMED}`,
);
const DELETE_PENDING = statement(
  `DELETE FROM authenticators WHERE user_id = :userId AND state = 'pending' AND ${CLAIMED}`,
);
const DELETE_BACKUP_CODES = statement(
  `DELETE FROM backup_codes WHERE user_id = :userId AND ${CLAIMED}`,
);
const DELETE_USER = statement(`DELETE FROM users WHERE id = :userId AND attempt = :attempt`);

/**
 * Removes an authenticator, also a pending one, which is no factor yet; with the last active one the
 * backup codes go too. Throws `not_found`, and with a key as `deleteUser`.
 */
export async function removeAuthenticator(
  deps: Deps,
  actor: Actor,
  found: UserRecord,
  { authenticatorId, proof }: { authenticatorId: string; proof?: Proof | undefined },
): Promise<void> {
  const { state } = findAuthenticator(found.authenticators, authenticatorId);
  if (actor !== OPERATOR) assertNotHeld(found.user);
  const claim = { ...claimBy(deps, actor, found), authenticatorId, state };
  const d1 = deps.db.$client;
  const event = eventOf("authenticator.removed", actor, found);
  await commitOrConflict(deps, found, {
    actor,
    proof,
    isHarmless: state === "pending",
    mark: claim,
    statements: (proven) => [
      CLAIM_REMOVAL(d1, { ...claim, ...proven }),
      REMOVE(d1, claim),
      REMOVE_ORPHANED_CODES(d1, claim),
      ...takeAlong(deps, actor, claim),
      record(deps, { ...event, authenticatorId }, claim.attempt),
    ],
  });
}

async function commitOrConflict(deps: Deps, found: UserRecord, change: ProvenChange) {
  const isDone = await commitProven(deps, found, change);
  if (!isDone) throw new Problem("conflict", { retryAfter: 1 });
}

/** Answers the authenticator with its new name. Throws `not_found`. */
export async function renameAuthenticator(
  deps: Deps,
  actor: Actor,
  { app, user, authenticators }: UserRecord,
  { authenticatorId, name }: { authenticatorId: string; name: string },
): Promise<AuthenticatorStatus> {
  const known = findAuthenticator(authenticators, authenticatorId);
  const claim = { ...claimBy(deps, actor, { app, user }), authenticatorId, name };
  const event = eventOf("authenticator.renamed", actor, { app, user });
  await commitClaim(deps, [
    CLAIM_RENAMING(deps.db.$client, claim),
    RENAME(deps.db.$client, claim),
    record(deps, { ...event, authenticatorId }, claim.attempt),
  ]);
  return toAuthenticatorStatus({ ...known, name }, deps.now);
}

function findAuthenticator(authenticators: Authenticator[], id: string): Authenticator {
  const found = authenticators.find((one) => one.id === id);
  if (!found) throw new Problem("not_found", { detail: "No such authenticator." });
  return found;
}

/**
 * Ends a lock, and what a clock that was ahead has spent (`code/steps-ahead.ts`): answers the
 * authenticators concerned. A cap it does not end: throws `locked`.
 */
export async function unlockUser(
  deps: Deps,
  actor: Actor,
  { app, user, ...loaded }: UserRecord,
  note: string | null = null,
): Promise<string[]> {
  if (user.cappedAt !== null) {
    throw new Problem("locked", {
      detail: "The user is capped: only an operator's reset ends that.",
    });
  }
  const ahead = loaded.authenticators.filter((one) => isAhead(one, deps.now));
  const claim = claimBy(deps, actor, { app, user });
  await commitClaim(deps, [
    CLAIM_UNLOCK(deps.db.$client, claim),
    record(deps, { ...eventOf("user.unlocked", actor, { app, user }), note }, claim.attempt),
    ...bringBack(deps, actor, { app, user, ...loaded, authenticators: ahead }, claim),
  ]);
  return ahead.map(({ id }) => id);
}

/**
 * Deletes the user and all that belongs to them but the audit trail. With a key it throws
 * `user_disabled`, `locked` (capped) or `rebinding_required`, which are the operator's to end, and what
 * `commitProven` throws.
 */
export async function deleteUser(
  deps: Deps,
  actor: Actor,
  found: UserRecord,
  { note = null, proof }: { note?: string | null; proof?: Proof | undefined } = {},
): Promise<void> {
  if (actor !== OPERATOR) assertNotHeld(found.user);
  const claim = claimBy(deps, actor, found);
  const d1 = deps.db.$client;
  const by = actor === OPERATOR ? deps : withoutSource(deps);
  await commitOrConflict(deps, found, {
    actor,
    proof,
    mark: claim,
    statements: (proven) => [
      CLAIM_DELETION(d1, { ...claim, ...proven }),
      ...deleteFactors(deps, claim),
      ...DELETE_ACCOUNT.map((bind) => bind(d1, claim)),
      ...DEPERSONALISE_AUDIT.map((bind) => bind(d1, claim)),
      record(by, { ...eventOf("user.deleted", actor, found), note }, claim.attempt),
      DELETE_USER(d1, claim),
    ],
  });
}

/** Of whoever deletes themselves, by their session or their app, no address stays. */
function withoutSource(deps: Deps): Deps {
  return { ...deps, request: { ...deps.request, ip: null, userAgent: null } };
}

/** What a deletion takes with it besides the factors. */
const DELETE_ACCOUNT = [
  statement(`
  DELETE FROM enrolment_links WHERE (app_id, external_id) IN (
    SELECT app_id, external_id FROM users WHERE id = :userId AND attempt = :attempt)`),
  statement(`DELETE FROM accounts WHERE user_id = :userId AND ${CLAIMED}`),
  statement(`DELETE FROM sessions WHERE user_id = :userId AND ${CLAIMED}`),
  statement(`DELETE FROM trusted_devices WHERE user_id = :userId AND ${CLAIMED}`),
];
/**
 * What stays is who did what to which id, and when; and of a deletion by the operator, from where
 * and why. The second: what a link noted before its enrolment made the user.
 */
const DEPERSONALISE_AUDIT = [
  statement(`
  UPDATE audit_events SET ip = NULL, user_agent = NULL, note = NULL
  WHERE user_id = :userId AND coalesce(ip, user_agent, note) IS NOT NULL AND ${CLAIMED}`),
  statement(`
  UPDATE audit_events SET ip = NULL, user_agent = NULL
  WHERE user_id IS NULL AND ${CLAIMED} AND note IN (
    SELECT substr(actor, 6) FROM audit_events WHERE user_id = :userId AND actor LIKE 'link:%')`),
];

/** The statements that delete all factors of a user, if the attempt's change took place. */
export function deleteFactors(
  { db }: Deps,
  claim: { userId: string; attempt: string },
): D1PreparedStatement[] {
  return [DELETE_AUTHENTICATORS(db.$client, claim), DELETE_BACKUP_CODES(db.$client, claim)];
}

/** The statement that deletes what a user was enrolling. */
export function deletePending(
  { db }: Deps,
  claim: { userId: string; attempt: string },
): D1PreparedStatement {
  return DELETE_PENDING(db.$client, claim);
}

/** The event of a change to a user. */
export function eventOf(
  type: AuditEvent["type"],
  actor: Actor,
  { app, user }: Pick<UserRecord, "app" | "user">,
): AuditEvent {
  return { type, actor: actor.name, appId: app.id, userId: user.id };
}
