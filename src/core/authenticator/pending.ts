/**
 * What a new authenticator, pending or active, needs of its user's row, and what happens to the
 * user's other pending ones.
 */

import { randomId } from "../../crypto/random";
import { effect } from "../../db/effect";
import type { TotpParameters } from "../../crypto/totp";
import type { AuditEvent } from "../audit/event";
import { MAX_AUTHENTICATORS } from "../policy";
import { bucketOfId } from "../shard/bucket";

/** The user has room for one more active authenticator. */
export const HAS_ROOM = `(SELECT count(*) FROM authenticators t
    WHERE t.user_id = users.id AND t.state = 'active') < ${MAX_AUTHENTICATORS}` as const;

/** None of the user's authenticators has this secret. */
export const SECRET_IS_NEW = `NOT EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = users.id
      AND (t.state = 'active' OR t.expires_at > :now)
      AND t.secret_digest IN (SELECT value FROM json_each(:secretDigests)))`;

/**
 * Deletes the pending authenticators that have expired. Of the others it deletes the oldest ones if
 * all places are taken, or all if the new one replaces them.
 */
export const MAKE_ROOM = effect(
  "DELETE FROM authenticators",
  `user_id = :userId AND state = 'pending'
    AND (expires_at <= :now OR id IN (
      SELECT id FROM authenticators WHERE user_id = :userId AND state = 'pending' AND expires_at > :now
      ORDER BY rowid DESC LIMIT -1 OFFSET iif(:replaces, 0, (SELECT ${MAX_AUTHENTICATORS - 1} - count(*)
        FROM authenticators WHERE user_id = :userId AND state = 'active'))))`,
);

/** An authenticator that is about to be stored, pending or active. */
export interface NewAuthenticator {
  id: string;
  name: string | null;
  /** The sealed secret. */
  secret: string;
  /** One digest for each key of the ring, newest key first. */
  secretDigests: string[];
  parameters: TotpParameters;
  /** Whether the secret has fewer bits than it should. */
  isShort: boolean;
}

/** A new id for an authenticator of this user. */
export function idFor(user: { id: string }): string {
  return randomId("auth", bucketOfId(user.id));
}

/** The values of its row. */
export function storedValues({ id, name, secret, secretDigests, parameters }: NewAuthenticator) {
  const [secretDigest = ""] = secretDigests;
  const digests = { secretDigest, secretDigests: JSON.stringify(secretDigests) };
  return { ...parameters, ...digests, id, name, secret };
}

/** What the audit trail says about it, including that its secret is too short. */
export function eventOfNew({ id, isShort }: NewAuthenticator): Partial<AuditEvent> {
  return { authenticatorId: id, ...(isShort && { reason: "short_secret" }) };
}
