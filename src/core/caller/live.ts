/**
 * What must still hold when something is decided. The deciding UPDATE of a user's row checks these
 * fragments of SQL in its own WHERE, so that nothing read earlier is trusted.
 */

import { MARK_LENGTH } from "../../crypto/opaque-tokens";
import type { Deps } from "../../env";
import type { Actor } from "./actor";
import { CHALLENGE_ATTEMPTS } from "../policy";
import type { App, User } from "../user/record";

/** Condition on an API key `k`: it is neither revoked nor expired. */
export const KEY_IS_GOOD = `k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :now)`;

/** Condition on an API key `k`: it has this scope. A key's scopes are words separated by spaces. */
export const hasScope = <Scope extends string>(scope: Scope) =>
  `instr(' ' || k.scopes || ' ', ' ' || ${scope} || ' ') > 0` as const;

/**
 * The API key is unrevoked, unexpired, of this app and has the scope. If `:keyId` is null, no key
 * is involved.
 */
const LIVE_KEY = `(:keyId IS NULL OR EXISTS (
    SELECT 1 FROM api_keys k WHERE k.id = :keyId AND k.app_id = users.app_id AND ${KEY_IS_GOOD}
      AND ${hasScope(":scope")}))` as const;

/** Condition on a session `s`: its secret is the one that `:mark` stands for. */
export const HAS_MARK = `substr(s.secret_hash, 1, ${MARK_LENGTH}) = :mark` as const;

/**
 * The session is live, belongs to this user at the epoch that was read, and has not been renewed
 * since. Whatever was proven in it after that was not proven by this caller. If `:sessionId` is
 * null, no session is involved.
 */
const LIVE_SESSION = `(:sessionId IS NULL OR EXISTS (
    SELECT 1 FROM sessions s WHERE s.id = :sessionId AND s.user_id = users.id AND s.revoked_at IS NULL
      AND s.expires_at > :now AND s.idle_expires_at > :now
      AND s.epoch = :userEpoch AND users.epoch = :userEpoch AND ${HAS_MARK}))` as const;

/**
 * Condition on an enrolment link `l`: it has not expired, its app has the same epoch, and the key
 * that made it is still good.
 */
export const LINK_SPEAKS = `l.expires_at > :now
    AND EXISTS (SELECT 1 FROM apps la WHERE la.id = l.app_id AND la.epoch = l.app_epoch AND la.deleted_at IS NULL)
    AND (l.key_id IS NULL OR EXISTS (SELECT 1 FROM api_keys k WHERE k.id = l.key_id AND ${KEY_IS_GOOD}))` as const;

/**
 * The epoch of the user whom an app calls by this name. A user who does not exist yet begins with
 * 0.
 */
export const epochOf = <AppId extends string, Id extends string>(appId: AppId, externalId: Id) =>
  `coalesce((SELECT le.epoch FROM users le WHERE le.app_id = ${appId} AND le.external_id = ${externalId}), 0)` as const;

/**
 * Condition on an enrolment link `l`: besides `LINK_SPEAKS`, it is not used up, and nothing has
 * happened to the user that ends what was minted before. A link for a reset stands for the reset's
 * token and ends with it. That reset must be the user's last one, and its token must have enrolled
 * nothing but the authenticator of this link.
 */
export const LINK_STANDS = `l.completed_at IS NULL AND ${LINK_SPEAKS}
    AND iif(l.rebind_hash IS NULL, l.user_epoch = ${epochOf("l.app_id", "l.external_id")}, EXISTS (
      SELECT 1 FROM users lu WHERE lu.app_id = l.app_id AND lu.external_id = l.external_id AND lu.must_rebind
        AND (lu.rebind_hash = l.rebind_hash OR EXISTS (
          SELECT 1 FROM authenticators lt WHERE lt.id = l.authenticator_id AND lt.user_id = lu.id))))` as const;

/** This browser opened an enrolment link for this user, and the link stands. */
const LIVE_LINK = `(:linkId IS NULL OR EXISTS (
    SELECT 1 FROM enrolment_links l WHERE l.id = :linkId AND l.browser_hash = :browserHash
      AND l.app_id = users.app_id AND l.external_id = users.external_id AND ${LINK_STANDS}))` as const;

/** If a factor is active, one of its codes has been given through the link. */
const PROVEN_LINK = `(:linkId IS NULL
    OR NOT EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = users.id AND t.state = 'active')
    OR EXISTS (SELECT 1 FROM enrolment_links l WHERE l.id = :linkId AND l.proven_epoch = users.epoch))`;

/**
 * The caller may still give a code. A link is not proven yet at this point: the code is what proves
 * it.
 */
export const LIVE_PROVER = `${LIVE_KEY} AND ${LIVE_SESSION} AND ${LIVE_LINK}` as const;

/** The caller may still make a change. */
export const LIVE_CALLER = `${LIVE_PROVER} AND ${PROVEN_LINK}` as const;

/**
 * Removing a factor or deleting the user must not end what only the operator may end. A caller
 * without key, session and link is the operator.
 */
export const NOT_HELD = `((:keyId IS NULL AND :sessionId IS NULL AND :linkId IS NULL) OR
    (users.disabled_at IS NULL AND users.capped_at IS NULL AND NOT users.must_rebind))`;

/** The app exists and has the settings that were read. Its epoch also grows when it is deleted. */
export const LIVE_APP = `EXISTS (
    SELECT 1 FROM apps a WHERE a.id = users.app_id AND a.id = :appId AND a.epoch = :appEpoch)`;

/** Condition on a challenge's row `c`: it is the row of the token with this expiry and id. */
export const OF_CHALLENGE = `c.expires_at = :challengeExpiresAt AND c.id = :challengeId`;

/** The challenge was answered, or its attempts are used up. */
export const CHALLENGE_IS_OVER = `EXISTS (SELECT 1 FROM challenges c WHERE ${OF_CHALLENGE}
    AND (c.spent_at IS NOT NULL OR c.attempts >= ${CHALLENGE_ATTEMPTS}))` as const;

/** Since the read, nothing has happened to the user that ends what was minted before. */
export const SAME_EPOCH = `users.epoch = :userEpoch`;

/** The user is not disabled, not capped and not locked. */
export const UNLOCKED = `users.disabled_at IS NULL AND users.capped_at IS NULL
    AND coalesce(users.locked_until, 0) <= :now`;

/**
 * The current time step of an authenticator's row. D1 binds every number as REAL, so the division
 * alone would not round down.
 */
export const STEP_NOW = `CAST(:now / (1000 * period) AS INTEGER)`;

/** The parameters of a deciding UPDATE, with the random id of a new attempt. */
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
