/** The batch that puts a pending authenticator into D1. */

import type { TotpParameters } from "../../crypto/totp";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { actorOf, type Actor, type Caller } from "../caller/actor";
import { record, type AuditEvent } from "../audit/event";
import type { Remember } from "../change/idempotency";
import {
  CLAIMED,
  claimBy,
  KEY_IS_GOOD,
  LINK_STANDS,
  LIVE_APP,
  LIVE_CALLER,
  PROVEN,
  SAME_EPOCH,
  UNLOCKED,
  type Mark,
} from "../caller/live";
import { MAX_AUTHENTICATORS, PENDING_LIFE } from "../policy";
import { commitProven, type Holder, type Proof } from "../change/proof";
import { isActive, type User } from "../user/record";

/** That made the link of this browser, for a user who may not exist yet. */
const KEY_OF_LINK = `SELECT l.key_id FROM enrolment_links l
    WHERE l.id = :linkId AND l.browser_hash = :browserHash AND l.app_id = a.id AND l.external_id = :externalId
      AND ${LINK_STANDS}`;

/**
 * A user is made by their first enrolment; of several at once, one makes it and the others find it.
 */
export const CREATE_USER = statement(`
  INSERT INTO users (id, app_id, external_id, created_at)
  SELECT :userId, a.id, :externalId, :now FROM apps a JOIN api_keys k ON k.app_id = a.id
  WHERE a.id = :appId AND a.epoch = :appEpoch AND k.id = coalesce(:keyId, (${KEY_OF_LINK}))
    AND ${KEY_IS_GOOD} AND instr(k.scopes, coalesce(:scope, 'enrol')) > 0
  ON CONFLICT (app_id, external_id) DO NOTHING`);

/** One more is not too many. */
export const HAS_ROOM = `(SELECT count(*) FROM authenticators t
    WHERE t.user_id = users.id AND t.state = 'active') < ${MAX_AUTHENTICATORS}`;

/** None of the user's authenticators has it. */
export const SECRET_IS_NEW = `NOT EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = users.id
      AND (t.state = 'active' OR t.expires_at > :now)
      AND t.secret_digest IN (SELECT value FROM json_each(:secretDigests)))`;

/**
 * Decides: there is room, the secret is new, and a reset user comes with the token of that reset,
 * which is used up. A link that was opened in time has a time of its own.
 */
const CLAIM_ENROLMENT = statement(`
  UPDATE users SET attempt = :attempt, rebind_hash = NULL, rebind_expires_at = NULL
  WHERE users.id = :userId AND ${SAME_EPOCH} AND ${UNLOCKED} AND ${LIVE_APP} AND ${LIVE_CALLER}
    AND (NOT users.must_rebind OR ((users.rebind_expires_at > :now OR :linkId IS NOT NULL)
      AND users.rebind_hash IN (SELECT value FROM json_each(:rebindHashes))))
    AND ${PROVEN} AND ${HAS_ROOM} AND ${SECRET_IS_NEW}
  RETURNING id`);

/**
 * Pending ones that have expired, and of the others the oldest if all places are taken, or all that
 * this one replaces.
 */
export const MAKE_ROOM = statement(`
  DELETE FROM authenticators WHERE user_id = :userId AND state = 'pending' AND ${CLAIMED}
    AND (expires_at <= :now OR id IN (
      SELECT id FROM authenticators WHERE user_id = :userId AND state = 'pending' AND expires_at > :now
      ORDER BY rowid DESC LIMIT -1 OFFSET iif(:replaces, 0, (SELECT ${MAX_AUTHENTICATORS - 1} - count(*)
        FROM authenticators WHERE user_id = :userId AND state = 'active'))))`);

const INSERT = statement(`
  INSERT INTO authenticators
    (id, user_id, name, secret, secret_digest, algorithm, digits, period, state, proven, created_at, expires_at)
  SELECT :id, :userId, :name, :secret, :secretDigest, :algorithm, :digits, :period, 'pending', :proven, :now, :expiresAt
  WHERE ${CLAIMED}`);

/** What else happens when it is put there: statements that hang on `CLAIMED`. */
export type PendingSequel = (mark: Mark, authenticatorId: string) => D1PreparedStatement[];

/** An authenticator that is about to be stored, pending or active. */
export interface NewAuthenticator {
  id: string;
  /** As read. */
  holder: Holder;
  /** The same user, or who they will be. */
  user: Pick<User, "id" | "epoch" | "externalId">;
  name: string | null;
  /** Sealed. */
  secret: string;
  /** Newest key first. */
  secretDigests: string[];
  parameters: TotpParameters;
  /** Its secret has fewer bits than it should. */
  isShort: boolean;
  proof: Proof | undefined;
}

export interface PendingAuthenticator extends NewAuthenticator {
  rebindHashes: string[];
  /** Whether the other pending ones go. */
  replaces: boolean;
  sequel: PendingSequel | undefined;
}

/**
 * Whether it was put there; false if something that was read no longer holds. Throws what
 * `commitProven` throws.
 */
export async function insertPending(
  deps: Deps,
  caller: Caller,
  pending: PendingAuthenticator,
  remember: Remember,
): Promise<boolean> {
  const { id, holder, user, proof, sequel } = pending;
  const actor = actorOf(caller);
  const claim = claimBy(deps, actor, { app: holder.app, user });
  const { userId, attempt } = claim;
  const values = {
    ...claim,
    ...storedValues(pending),
    rebindHashes: JSON.stringify(pending.rebindHashes),
    expiresAt: claim.now + PENDING_LIFE,
    replaces: Number(pending.replaces),
    proven: Number(isProven(pending, actor)),
  };
  const event = eventOfNew("authenticator.enrolled", actor, pending);
  const d1 = deps.db.$client;
  return commitProven(deps, holder, {
    actor,
    proof,
    mark: claim,
    statements: (proven) => [
      CREATE_USER(d1, values),
      CLAIM_ENROLMENT(d1, { ...values, ...proven }),
      MAKE_ROOM(d1, values),
      INSERT(d1, values),
      record(deps, event, attempt),
      ...(sequel?.({ userId, attempt }, id) ?? []),
      ...remember(id, { userId, attempt }),
    ],
  });
}

/** What of it stands in its rows. */
export function storedValues({ id, user, name, secret, ...rest }: NewAuthenticator) {
  const { secretDigests, parameters } = rest;
  const [secretDigest = ""] = secretDigests;
  return {
    ...parameters,
    id,
    name,
    secret,
    secretDigest,
    secretDigests: JSON.stringify(secretDigests),
    externalId: user.externalId,
  };
}

/** The audit trail names a secret that has fewer bits than it should. */
export function eventOfNew(
  type: AuditEvent["type"],
  { name: actor }: Actor,
  { id: authenticatorId, holder, user, isShort }: NewAuthenticator,
): AuditEvent {
  const event = { type, actor, appId: holder.app.id, userId: user.id, authenticatorId };
  return isShort ? { ...event, reason: "short_secret" } : event;
}

/** Sessions and links ask for a code themselves, where a factor is active. */
function isProven({ holder, proof }: NewAuthenticator, { keyId }: Actor): boolean {
  return proof !== undefined || (keyId === null && holder.authenticators.some(isActive));
}
