/**
 * Sessions: what a log-in leaves behind, held by tokens or by a cookie. A session is live or
 * nothing: every call asks D1 (`caller/by-session.ts`), and whatever makes the user's epoch grow ends
 * all sessions but the one that did it.
 */

import { randomId } from "../../crypto/random";
import { createSecret, formatToken, type Secret } from "../../crypto/session-token";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { signAccessToken } from "./access-token";
import type { Actor } from "../caller/actor";
import type { Assurance } from "../caller/assurance";
import { CLAIMED, PASSED, type Mark } from "../caller/live";
import { SESSION_LIFE } from "../policy";

const insert = (condition: string) =>
  statement(`
  INSERT INTO sessions (id, user_id, epoch, secret_hash, refresh_hash, aal, password_at, second_factor_at,
    created_at, last_used_at, idle_expires_at, expires_at, ip, user_agent)
  SELECT :sessionId, id, epoch, :secretHash, :refreshHash, :aal, :passwordAt, :secondFactorAt,
    :now, :now, :idleExpiresAt, :expiresAt, :ip, :userAgent
  FROM users WHERE id = :userId AND :begin AND ${condition}`);
/** After a password, after a code. */
const INSERT = { 1: insert(CLAIMED), 2: insert(PASSED) };

/** When a session of this level ends for want of use. */
export const idleEnd = (aal: string) => `min(expires_at,
    :now + iif(${aal} = 2, ${SESSION_LIFE[2].idle}, ${SESSION_LIFE[1].idle}))`;

/** What was proven before stays proven, and its times only grow; the secrets are new (ASVS 7.2.4). */
const renew = (condition: string) =>
  statement(`
  UPDATE sessions SET
    epoch = (SELECT epoch FROM users WHERE id = :userId),
    secret_hash = :secretHash, refresh_hash = :refreshHash,
    aal = max(aal, :aal), password_at = max(password_at, :passwordAt),
    second_factor_at = nullif(max(coalesce(second_factor_at, 0), coalesce(:secondFactorAt, 0)), 0),
    last_used_at = :now, expires_at = min(expires_at, :expiresAt), idle_expires_at = ${idleEnd("max(aal, :aal)")}
  WHERE id = :sessionId AND ${condition}`);
const RENEW = { claimed: renew(CLAIMED), passed: renew(PASSED) };

const TAKE_ALONG = statement(`
  UPDATE sessions SET epoch = (SELECT epoch FROM users WHERE id = :userId)
  WHERE id = :sessionId AND ${CLAIMED}`);

/** How a client holds its session: tokens in its own keeping, or a cookie that no script reads. */
export type Holding = "tokens" | "cookie";

/** The secrets of a session that is about to begin or to be renewed. */
export interface SessionSecrets {
  sessionId: string;
  secret: Secret;
  /** Null for a cookie. */
  newest: Secret | null;
}

/** What a client is given to hold. */
export type Credentials =
  | { accessToken: string; refreshToken: string; cookie?: never }
  | { cookie: { value: string; maxAgeSeconds: number }; accessToken?: never; refreshToken?: never };

export async function createSecrets(
  holding: Holding,
  sessionId = randomId("ses"),
): Promise<SessionSecrets> {
  const newest = holding === "tokens" ? await createSecret() : null;
  return { sessionId, secret: await createSecret(), newest };
}

/**
 * The statement that begins a session: level 1 with the password's claim, 2 with a right code. Where
 * it is not to `begin` yet, the statement is there all the same, so that nobody hears of it.
 */
export function beginSession(
  { db, now, request }: Deps,
  mark: Mark,
  {
    secrets,
    assurance,
    begin = true,
  }: { secrets: SessionSecrets; assurance: Assurance; begin?: boolean },
): D1PreparedStatement {
  const { ip, userAgent } = request;
  return INSERT[assurance.aal](db.$client, {
    ...mark,
    ...assurance,
    ...stored(secrets),
    ...ends(assurance, now),
    begin: Number(begin),
    now: now.getTime(),
    ip,
    userAgent,
  });
}

/**
 * The statement that renews a session with something just proven, in the batch that accepted it:
 * `claimed` by its deciding UPDATE, or `passed` through the one gate.
 */
export function renewSession(
  { db, now }: Deps,
  mark: Mark,
  { secrets, proven, by }: { secrets: SessionSecrets; proven: Assurance; by: keyof typeof RENEW },
): D1PreparedStatement {
  const values = { ...stored(secrets), ...ends(proven, now), now: now.getTime() };
  return RENEW[by](db.$client, { ...mark, ...proven, ...values });
}

/** For a change that ends all sessions: the one that made it stays. */
export function takeAlong(
  { db }: Deps,
  { session }: Actor,
  { userId, attempt }: Mark,
): D1PreparedStatement[] {
  return session ? [TAKE_ALONG(db.$client, { sessionId: session.id, userId, attempt })] : [];
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

/** NIST SP 800-63B-4 §2.2.3. */
function ends({ aal }: Assurance, now: Date) {
  const { overall, idle } = SESSION_LIFE[aal];
  return { expiresAt: now.getTime() + overall, idleExpiresAt: now.getTime() + idle };
}
