/**
 * Access tokens: JWTs (RFC 9068) for this service and for others, which check them offline with the
 * published keys. This service also asks for the session on every call.
 */

import { randomBase32 } from "../../crypto/random";
import { markOf } from "../../crypto/opaque-tokens";
import { signJwt, verifyJwt } from "../../crypto/signing";
import type { Deps } from "../../env";
import type { SessionCaller } from "../caller/actor";
import { authTime, type Assurance } from "../caller/assurance";
import { ACCESS_TOKEN_LIFE_SECONDS, ACCOUNTS_APP } from "../policy";

/** The type of the token (RFC 9068 §2.1). */
const TYPE = "at+jwt";
/**
 * The audience of a token that is good for enrolling only. No other service takes it for an access
 * token.
 */
const ENROLMENT_AUDIENCE = `${ACCOUNTS_APP}/enrolment` as const;
/** Authentication methods by assurance level (RFC 8176 §2). */
const AMR = { 1: ["pwd"], 2: ["pwd", "otp", "mfa"] } as const;

export interface TokenSubject extends Assurance {
  sessionId: string;
  userId: string;
  /** Hash of the session's secret. */
  secretHash: string;
  boundToEnrol: boolean;
}

/** Signs an access token (RFC 9068 §2.2). */
export function signAccessToken(
  { signingKeys, settings, now }: Deps,
  { sessionId, userId, secretHash, boundToEnrol, ...assurance }: TokenSubject,
): Promise<string> {
  const iat = Math.floor(now.getTime() / 1000);
  return signJwt(signingKeys, TYPE, {
    iss: settings.issuerUrl,
    aud: boundToEnrol ? ENROLMENT_AUDIENCE : ACCOUNTS_APP,
    sub: userId,
    client_id: ACCOUNTS_APP,
    jti: randomBase32(10).toLowerCase(),
    iat,
    exp: iat + ACCESS_TOKEN_LIFE_SECONDS,
    sid: sessionId,
    session_mark: markOf(secretHash),
    aal: assurance.aal,
    amr: AMR[assurance.aal],
    auth_time: authTime(assurance),
  });
}

/** Reads a token of ours. Null if it is none, or has expired. */
export async function readAccessToken(
  { signingKeys, settings, now }: Deps,
  token: string,
): Promise<Pick<SessionCaller, "sessionId" | "mark"> | null> {
  const expected = {
    type: TYPE,
    issuer: settings.issuerUrl,
    audience: [ACCOUNTS_APP, ENROLMENT_AUDIENCE],
    now,
  };
  const claims = await verifyJwt(signingKeys, token, expected);
  const { sid: sessionId, session_mark: mark } = claims ?? {};
  return typeof sessionId === "string" && typeof mark === "string" ? { sessionId, mark } : null;
}
