/**
 * Refresh tokens. Each is good for one exchange (RFC 9700 §4.14.2). If one comes a second time, two
 * parties have it, and its session ends, whoever sent it. One statement decides which case it is.
 */

import { createSecret, formatToken, type RefreshProof } from "../../crypto/opaque-tokens";
import type { sessions } from "../../db/account-schema";
import type { Row } from "../../db/row";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { signAccessToken } from "./access-token";
import { explainMalformed } from "../settings";
import { INTO_AUDIT_EVENTS, NEXT_AUDIT_ID, requestValues } from "../audit/event";
import { ACCOUNTS_APP } from "../policy";
import { idleEnd } from "../caller/by-session";

/** The token is this session's newest one. Of an older token the hash differs. */
const NEWEST = `refresh_hash = :refreshHash`;

const EXCHANGE = statement(`
  UPDATE sessions SET
    refresh_hash = iif(${NEWEST}, :nextHash, refresh_hash), revoked_at = iif(${NEWEST}, NULL, :now),
    revoked_by = iif(${NEWEST}, NULL, :requestId),
    last_used_at = :now, idle_expires_at = ${idleEnd("aal")}
  WHERE id = :sessionId AND secret_hash = :secretHash AND refresh_hash IS NOT NULL
    AND revoked_at IS NULL AND expires_at > :now AND idle_expires_at > :now
    AND EXISTS (SELECT 1 FROM users u WHERE u.id = user_id AND u.epoch = sessions.epoch AND u.disabled_at IS NULL)
  RETURNING user_id AS userId, refresh_hash = :nextHash AS exchanged, aal, password_at AS passwordAt,
    second_factor_at AS secondFactorAt,
    (SELECT u.must_rebind OR (json_extract(a.settings, '$.secondFactor') IS 'required'
        AND NOT EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = u.id AND t.state = 'active'))
      FROM users u JOIN apps a ON a.id = u.app_id WHERE u.id = user_id) AS boundToEnrol`);

const RECORD_REUSE = statement(`
  ${INTO_AUDIT_EVENTS}
  SELECT ${NEXT_AUDIT_ID}, '${ACCOUNTS_APP}', user_id, 'session.reused', 'refused', 'refresh_token_reused',
    'session:' || id, NULL, NULL, :requestId, :ip, :userAgent
  FROM sessions WHERE id = :sessionId AND revoked_by = :requestId`);

type Exchanged = Pick<Row<typeof sessions>, "userId" | "aal" | "passwordAt" | "secondFactorAt"> & {
  exchanged: number;
  boundToEnrol: number;
};

export interface Refreshed {
  accessToken: string;
  refreshToken: string;
}

/**
 * Exchanges a refresh token. Throws `session_ended`. Of parallel exchanges of one token, at most
 * one succeeds.
 */
export async function refresh(
  deps: Deps,
  { sessionId, secret, refreshHash }: RefreshProof,
): Promise<Refreshed> {
  const next = await createSecret();
  const proof = { sessionId, secretHash: secret.hash, refreshHash, nextHash: next.hash };
  const values = { ...proof, now: deps.now.getTime(), ...requestValues(deps, ACCOUNTS_APP) };
  const d1 = deps.db.$client;
  const statements = [EXCHANGE(deps, values), RECORD_REUSE(deps, values)];
  const [exchange] = await d1.batch<Exchanged>(statements).catch(explainMalformed(ACCOUNTS_APP));
  const row = exchange?.results[0];
  if (!row?.exchanged) {
    throw new Problem("session_ended", { cause: row ? "refresh token reused" : "no such session" });
  }
  const session = { sessionId, secretHash: secret.hash };
  const subject = { ...row, ...session, boundToEnrol: row.boundToEnrol === 1 };
  return {
    accessToken: await signAccessToken(deps, subject),
    refreshToken: formatToken.refresh(sessionId, secret.text, next.text),
  };
}

const LOG_OUT = statement(`
  UPDATE sessions SET revoked_at = :now WHERE id = :sessionId AND secret_hash = :secretHash AND revoked_at IS NULL`);

/** Ends the session that a token belongs to, even if the token was exchanged before. */
export async function logOut(
  { db, now }: Deps,
  { sessionId, secretHash }: { sessionId: string; secretHash: string },
): Promise<void> {
  await LOG_OUT({ db }, { sessionId, secretHash, now: now.getTime() }).run();
}
