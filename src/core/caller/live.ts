/**
 * What has to hold still when something is decided: fragments of SQL that the deciding UPDATE of a
 * user's row checks again in its own WHERE, so that nothing read earlier is trusted.
 */

import { MARK_LENGTH } from "../../crypto/opaque-tokens";
import type { Deps } from "../../env";
import type { Actor } from "./actor";
import { CHALLENGE_ATTEMPTS } from "../policy";
import type { App, User } from "../user/record";

/** Of an API key `k`. */
export const KEY_IS_GOOD = `k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :now)`;

/** Of an API key `k`: this is one of its scopes, which are words with spaces between them. */
export const hasScope = <Scope extends string>(scope: Scope) =>
  `instr(' ' || k.scopes || ' ', ' ' || ${scope} || ' ') > 0` as const;

/**
 * The API key is unrevoked, unexpired, of this app and has the scope; a null `:keyId` means that no
 * key is involved.
 */
const LIVE_KEY = `(:keyId IS NULL OR EXISTS (
    SELECT 1 FROM api_keys k WHERE k.id = :keyId AND k.app_id = users.app_id AND ${KEY_IS_GOOD}
      AND ${hasScope(":scope")}))` as const;

/** Of a session `s`: the secret is the one that `:mark` stands for. */
export const HAS_MARK = `substr(s.secret_hash, 1, ${MARK_LENGTH}) = :mark` as const;

/**
 * The session is live and of this user, at the epoch that was read, and has not been renewed since:
 * what was proven in it meanwhile was not proven by this caller. A null `:sessionId` means that none
 * is involved.
 */
const LIVE_SESSION = `(:sessionId IS NULL OR EXISTS (
    SELECT 1 FROM sessions s WHERE s.id = :sessionId AND s.user_id = users.id AND s.revoked_at IS NULL
      AND s.expires_at > :now AND s.idle_expires_at > :now
      AND s.epoch = :userEpoch AND users.epoch = :userEpoch AND ${HAS_MARK}))` as const;

/** Of an enrolment link `l`: its time is not up, its app is as it was, and so is the key that made it. */
export const LINK_SPEAKS = `l.expires_at > :now
    AND EXISTS (SELECT 1 FROM apps la WHERE la.id = l.app_id AND la.epoch = l.app_epoch AND la.deleted_at IS NULL)
    AND (l.key_id IS NULL OR EXISTS (SELECT 1 FROM api_keys k WHERE k.id = l.key_id AND ${KEY_IS_GOOD}))` as const;

/** The epoch of a user whom an app calls so; of one who does not exist yet, the one they begin with. */
export const epochOf = <AppId extends string, Id extends string>(appId: AppId, externalId: Id) =>
  `coalesce((SELECT le.epoch FROM users le WHERE le.app_id = ${appId} AND le.external_id = ${externalId}), 0)` as const;

/**
 * Besides: it is not used up, and nothing has happened to the user that ends what was minted before.
 * Of a reset, for whose token it stands and with which it ends: that is still the last one, and the
 * token has enrolled nothing else.
 */
export const LINK_STANDS = `l.completed_at IS NULL AND ${LINK_SPEAKS}
    AND iif(l.rebind_hash IS NULL, l.user_epoch = ${epochOf("l.app_id", "l.external_id")}, EXISTS (
      SELECT 1 FROM users lu WHERE lu.app_id = l.app_id AND lu.external_id = l.external_id AND lu.must_rebind
        AND (lu.rebind_hash = l.rebind_hash OR EXISTS (
          SELECT 1 FROM authenticators lt WHERE lt.id = l.authenticator_id AND lt.user_id = lu.id))))` as const;

/** This browser opened an enrolment link for this user, which stands. */
const LIVE_LINK = `(:linkId IS NULL OR EXISTS (
    SELECT 1 FROM enrolment_links l WHERE l.id = :linkId AND l.browser_hash = :browserHash
      AND l.app_id = users.app_id AND l.external_id = users.external_id AND ${LINK_STANDS}))` as const;

/** Where a factor is active, a code of it has been given through the link. */
const PROVEN_LINK = `(:linkId IS NULL
    OR NOT EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = users.id AND t.state = 'active')
    OR EXISTS (SELECT 1 FROM enrolment_links l WHERE l.id = :linkId AND l.proven_epoch = users.epoch))`;

/** Whoever gives a code still may: that is how a link is proven. */
export const LIVE_PROVER = `${LIVE_KEY} AND ${LIVE_SESSION} AND ${LIVE_LINK}` as const;

/** Whoever asks still may. */
export const LIVE_CALLER = `${LIVE_PROVER} AND ${PROVEN_LINK}` as const;

/** What only the operator may end, nobody else ends by removing or deleting. */
export const NOT_HELD = `((:keyId IS NULL AND :sessionId IS NULL AND :linkId IS NULL) OR
    (users.disabled_at IS NULL AND users.capped_at IS NULL AND NOT users.must_rebind))`;

/** The app exists, with the settings that were read. Deletion grows the epoch too. */
export const LIVE_APP = `EXISTS (
    SELECT 1 FROM apps a WHERE a.id = users.app_id AND a.id = :appId AND a.epoch = :appEpoch)`;

/** Of a challenge's row `c`: it was answered, or has used up its tries. */
export const CHALLENGE_IS_OVER =
  `(c.spent_at IS NOT NULL OR c.attempts >= ${CHALLENGE_ATTEMPTS})` as const;

/** Nothing that ends what was minted before it has happened to the user since the read. */
export const SAME_EPOCH = `users.epoch = :userEpoch`;

/** Not disabled, not capped, not locked. */
export const UNLOCKED = `users.disabled_at IS NULL AND users.capped_at IS NULL
    AND coalesce(users.locked_until, 0) <= :now`;

/**
 * The current step of an authenticator's row. D1 binds every number as REAL, so that a division
 * alone would not round.
 */
export const STEP_NOW = `CAST(:now / (1000 * period) AS INTEGER)`;

/** The parameters of a deciding UPDATE: a new attempt on what was read. */
export function claimBy(
  deps: Deps,
  { keyId, scope, session, link }: Actor,
  { app, user }: { app: Pick<App, "id" | "epoch">; user: Pick<User, "id" | "epoch"> },
) {
  return {
    attempt: crypto.randomUUID(),
    now: deps.now.getTime(),
    keyId,
    scope,
    sessionId: session?.id ?? null,
    mark: session?.mark ?? null,
    linkId: link?.id ?? null,
    browserHash: link?.browserHash ?? null,
    appId: app.id,
    appEpoch: app.epoch,
    userId: user.id,
    userEpoch: user.epoch,
  };
}
