/** What a new authenticator, pending or active, needs of its user's row, and what becomes of the others. */

import { effect } from "../../db/effect";
import type { TotpParameters } from "../../crypto/totp";
import type { AuditEvent } from "../audit/event";
import { MAX_AUTHENTICATORS } from "../policy";

/** One more is not too many. */
export const HAS_ROOM = `(SELECT count(*) FROM authenticators t
    WHERE t.user_id = users.id AND t.state = 'active') < ${MAX_AUTHENTICATORS}` as const;

/** None of the user's authenticators has it. */
export const SECRET_IS_NEW = `NOT EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = users.id
      AND (t.state = 'active' OR t.expires_at > :now)
      AND t.secret_digest IN (SELECT value FROM json_each(:secretDigests)))`;

/**
 * Pending ones that have expired, and of the others the oldest if all places are taken, or all that
 * this one replaces.
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
  /** Sealed. */
  secret: string;
  /** Newest key first. */
  secretDigests: string[];
  parameters: TotpParameters;
  /** Its secret has fewer bits than it should. */
  isShort: boolean;
}

/** What of it stands in its row. */
export function storedValues({ id, name, secret, secretDigests, parameters }: NewAuthenticator) {
  const [secretDigest = ""] = secretDigests;
  const digests = { secretDigest, secretDigests: JSON.stringify(secretDigests) };
  return { ...parameters, ...digests, id, name, secret };
}

/** The audit trail names a secret that has fewer bits than it should. */
export function eventOfNew({ id, isShort }: NewAuthenticator): Partial<AuditEvent> {
  return { authenticatorId: id, ...(isShort && { reason: "short_secret" }) };
}
