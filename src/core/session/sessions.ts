/**
 * Sessions: what a login leaves behind, held by tokens or by a cookie. A session is live or
 * nothing: every call asks D1 (`caller/by-session.ts`), and whatever raises the user's epoch ends
 * all sessions but the one that did it.
 */

import { randomId } from "../../crypto/random";
import { createSecret, formatToken, type Secret } from "../../crypto/opaque-tokens";
import { effect, type Effect } from "../../db/effect";
import type { Deps } from "../../env";
import { signAccessToken } from "./access-token";
import type { Assurance } from "../caller/assurance";
import { idleEnd } from "../caller/by-session";
import { SESSION_LIFE } from "../policy";
import { ACCOUNTS_BUCKET } from "../shard/bucket";

const INSERT = effect(
  `INSERT INTO sessions (id, user_id, epoch, secret_hash, refresh_hash, aal, password_at, second_factor_at,
    created_at, last_used_at, idle_expires_at, expires_at, ip, user_agent)
  SELECT :sessionId, id, epoch, :secretHash, :refreshHash, :aal, :passwordAt, :secondFactorAt,
    :now, :now, :idleExpiresAt, :expiresAt, :ip, :userAgent
  FROM users`,
  "id = :userId AND :begin",
);

/**
 * Renews a session. What was proven before stays proven, and its times only grow. The secrets are
 * new (ASVS 7.2.4).
 */
const RENEW = effect(
  `UPDATE sessions SET
    epoch = (SELECT epoch FROM users WHERE id = :userId),
    secret_hash = :secretHash, refresh_hash = :refreshHash,
    aal = max(aal, :aal), password_at = max(password_at, :passwordAt),
    second_factor_at = nullif(max(coalesce(second_factor_at, 0), coalesce(:secondFactorAt, 0)), 0),
    last_used_at = :now, expires_at = min(expires_at, :expiresAt), idle_expires_at = ${idleEnd("max(aal, :aal)")}`,
  "id = :sessionId",
);

/**
 * How a client holds its session: by tokens that it keeps itself, or by a cookie that no script
 * reads.
 */
export type Holding = "tokens" | "cookie";

/** The secrets of a session that is about to begin or to be renewed. */
export interface SessionSecrets {
  sessionId: string;
  secret: Secret;
  /** The secret of the newest refresh token. Null for a cookie. */
  newest: Secret | null;
}

/** What a client gets to hold. */
export type Credentials =
  | { accessToken: string; refreshToken: string; cookie?: never }
  | { cookie: { value: string; maxAgeSeconds: number }; accessToken?: never; refreshToken?: never };

export async function createSecrets(
  holding: Holding,
  sessionId = randomId("ses", ACCOUNTS_BUCKET),
): Promise<SessionSecrets> {
  const newest = holding === "tokens" ? await createSecret() : null;
  return { sessionId, secret: await createSecret(), newest };
}

/**
 * The effect that begins a session. If `begin` is false, the statement runs without effect, so that
 * its absence tells nobody anything.
 */
export function beginSession(
  { now, request: { ip, userAgent } }: Deps,
  {
    secrets,
    assurance,
    begin = true,
  }: { secrets: SessionSecrets; assurance: Assurance; begin?: boolean },
): Effect {
  const proven = { ...assurance, ...ends(assurance, now), begin: Number(begin) };
  return INSERT({ ...stored(secrets), ...proven, ip, userAgent });
}

/** The effect that renews a session with something just proven, in the batch that accepted it. */
export function renewSession(
  { now }: Deps,
  { secrets, proven }: { secrets: SessionSecrets; proven: Assurance },
): Effect {
  const { aal, passwordAt, secondFactorAt } = proven;
  return RENEW({ ...stored(secrets), ...ends(proven, now), aal, passwordAt, secondFactorAt });
}

/** What the client gets to hold, once the session is in D1. */
export async function issueCredentials(
  deps: Deps,
  { sessionId, secret, newest }: SessionSecrets,
  subject: Assurance & { userId: string; boundToEnrol: boolean },
): Promise<Credentials> {
  if (newest === null) {
    const maxAgeSeconds = SESSION_LIFE[subject.aal].overall / 1000;
    return { cookie: { value: formatToken.cookie(sessionId, secret.text), maxAgeSeconds } };
  }
  return {
    accessToken: await signAccessToken(deps, { ...subject, sessionId, secretHash: secret.hash }),
    refreshToken: formatToken.refresh(sessionId, secret.text, newest.text),
  };
}

function stored({ sessionId, secret, newest }: SessionSecrets) {
  return { sessionId, secretHash: secret.hash, refreshHash: newest?.hash ?? null };
}

/** When a session of this level ends, overall and when unused (NIST SP 800-63B-4 §2.2.3). */
function ends({ aal }: Assurance, now: Date) {
  const { overall, idle } = SESSION_LIFE[aal];
  return { expiresAt: now.getTime() + overall, idleExpiresAt: now.getTime() + idle };
}
