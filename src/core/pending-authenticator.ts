/** The batch that puts a pending authenticator into D1. */

import type { TotpParameters } from "../crypto/totp";
import { statement } from "../db/statement";
import type { Deps } from "../env";
import { actorOf, type Caller } from "./actor";
import { record } from "./audit";
import type { Remember } from "./idempotency";
import {
  CLAIMED,
  claimBy,
  KEY_IS_GOOD,
  LINK_STANDS,
  LIVE_APP,
  LIVE_CALLER,
  SAME_EPOCH,
  UNLOCKED,
  type Mark,
} from "./claim";
import { MAX_AUTHENTICATORS, PENDING_LIFE } from "./policy";
import type { App, User } from "./user-record";

/** That made the link of this browser, for a user who may not exist yet. */
const KEY_OF_LINK = `SELECT l.key_id FROM enrolment_links l
    WHERE l.id = :linkId AND l.browser_hash = :browserHash AND l.app_id = a.id AND l.external_id = :externalId
      AND ${LINK_STANDS}`;

/**
 * A user is made by their first enrolment; of several at once, one makes it and the others find it.
 */
const CREATE_USER = statement(`
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
    AND ${HAS_ROOM} AND ${SECRET_IS_NEW}
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
    (id, user_id, name, secret, secret_digest, algorithm, digits, period, state, last_step, created_at, expires_at)
  SELECT :id, :userId, :name, :secret, :secretDigest, :algorithm, :digits, :period, 'pending', :lastStep, :now, :expiresAt
  WHERE ${CLAIMED}`);

/** What else happens when it is put there: statements that hang on `CLAIMED`. */
export type PendingSequel = (mark: Mark, authenticatorId: string) => D1PreparedStatement[];

export interface PendingAuthenticator {
  id: string;
  app: App;
  user: Pick<User, "id" | "epoch" | "externalId">;
  name: string | null;
  /** Sealed. */
  secret: string;
  /** Newest key first. */
  secretDigests: string[];
  rebindHashes: string[];
  parameters: TotpParameters;
  /** Whether the other pending ones go. */
  replaces: boolean;
  /** The steps up to here count as spent. */
  lastStep: number;
  sequel: PendingSequel | undefined;
}

/** Whether it was put there; false if something that was read no longer holds. */
export async function insertPending(
  deps: Deps,
  caller: Caller,
  pending: PendingAuthenticator,
  remember: Remember,
): Promise<boolean> {
  const { id, app, user, name, secret, parameters, lastStep } = pending;
  const claim = claimBy(deps, actorOf(caller), { app, user });
  const { userId, attempt } = claim;
  const [secretDigest = ""] = pending.secretDigests;
  const values = {
    ...claim,
    ...parameters,
    id,
    name,
    secret,
    secretDigest,
    lastStep,
    externalId: user.externalId,
    secretDigests: JSON.stringify(pending.secretDigests),
    rebindHashes: JSON.stringify(pending.rebindHashes),
    expiresAt: claim.now + PENDING_LIFE,
    replaces: Number(pending.replaces),
  };
  const event = { type: "authenticator.enrolled", actor: actorOf(caller).name } as const;
  const d1 = deps.db.$client;
  const [, claimed] = await d1.batch([
    CREATE_USER(d1, values),
    CLAIM_ENROLMENT(d1, values),
    MAKE_ROOM(d1, values),
    INSERT(d1, values),
    record(deps, { ...event, appId: app.id, userId, authenticatorId: id }, attempt),
    ...(pending.sequel?.({ userId, attempt }, id) ?? []),
    ...remember(id, { userId, attempt }),
  ]);
  return claimed?.results.length === 1;
}
