/**
 * The batch that puts an active authenticator into D1: of a phone that works already, in the system that
 * its user comes from.
 */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import type { Actor } from "../caller/actor";
import { record } from "../audit/event";
import { replaceBackupCodes } from "../code/backup-codes";
import {
  claimBy,
  CLAIMED,
  LIVE_APP,
  LIVE_CALLER,
  PROVEN,
  SAME_EPOCH,
  UNLOCKED,
} from "../caller/live";
import type { Remember } from "../change/idempotency";
import {
  CREATE_USER,
  eventOfNew,
  HAS_ROOM,
  MAKE_ROOM,
  SECRET_IS_NEW,
  storedValues,
  type NewAuthenticator,
} from "./pending";
import { commitProven } from "../change/proof";

/**
 * Decides. A reset user is not bound again by this: who they are is not proven by an old secret. Of a key
 * it depends on what was read whether backup codes come with it; of the operator nothing does.
 */
const CLAIM_IMPORT = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + 1
  WHERE users.id = :userId AND (:keyId IS NULL OR ${SAME_EPOCH}) AND ${UNLOCKED} AND NOT users.must_rebind
    AND ${LIVE_APP} AND ${LIVE_CALLER} AND ${PROVEN} AND ${HAS_ROOM} AND ${SECRET_IS_NEW}
  RETURNING id`);

const INSERT = statement(`
  INSERT INTO authenticators (id, user_id, name, secret, secret_digest, algorithm, digits, period, state,
    last_step, drift, created_at, confirmed_at, last_used_at)
  SELECT :id, :userId, :name, :secret, :secretDigest, :algorithm, :digits, :period, 'active',
    :lastStep, :drift, :now, :now, :lastUsedAt
  WHERE ${CLAIMED}`);

export interface ActiveAuthenticator extends NewAuthenticator {
  /** The steps up to here count as spent. */
  lastStep: number;
  /** Steps between now and the code that proved it; null if none did. */
  drift: number | null;
  /** Of backup codes that come with it. */
  backupCodeHashes: string[] | null;
}

/**
 * Whether it was put there; false if something that was read no longer holds. Throws what
 * `commitProven` throws.
 */
export function insertActive(
  deps: Deps,
  actor: Actor,
  active: ActiveAuthenticator,
  remember: Remember = () => [],
): Promise<boolean> {
  const { holder, user, lastStep, drift, backupCodeHashes: hashes, proof } = active;
  const claim = claimBy(deps, actor, { app: holder.app, user });
  const { userId, attempt } = claim;
  const values = {
    ...claim,
    ...storedValues(active),
    lastStep,
    drift: drift ?? 0,
    lastUsedAt: drift === null ? null : claim.now,
    replaces: 0,
  };
  const d1 = deps.db.$client;
  return commitProven(deps, holder, {
    actor,
    proof,
    mark: claim,
    statements: (proven) => [
      ...(holder.user ? [] : [CREATE_USER(d1, values)]),
      CLAIM_IMPORT(d1, { ...values, ...proven }),
      MAKE_ROOM(d1, values),
      INSERT(d1, values),
      ...(hashes ? replaceBackupCodes(deps, { userId, attempt, hashes }) : []),
      record(deps, eventOfNew("authenticator.imported", actor, active), attempt),
      ...remember(active.id, { userId, attempt }),
    ],
  });
}
