/**
 * The assertion that a challenge was answered: a JWT that the app's back end checks offline with
 * the published keys.
 */

import { signJwt } from "../../crypto/signing";
import type { Deps } from "../../env";
import type { ChallengeClaims } from "./token";
import { ASSERTION_LIFE_SECONDS } from "../policy";

/**
 * RFC 8176: "otp" also for a backup code, which is a one-time password; "mfa" is the back end's to
 * conclude.
 */
const AMR = { totp: ["otp"], backup_code: ["otp", "backup_code"] };

/**
 * `jti` is the challenge's id and `aud` the app's, for the back end to compare with what it asked
 * for.
 */
export function signAssertion(
  { signingKeys, settings, now }: Deps,
  {
    id,
    appId,
    externalId,
    purpose,
  }: Pick<ChallengeClaims, "id" | "appId" | "externalId" | "purpose">,
  method: "totp" | "backup_code",
): Promise<string> {
  const iat = Math.floor(now.getTime() / 1000);
  return signJwt(signingKeys, "assertion+jwt", {
    iss: settings.issuerUrl,
    aud: appId,
    sub: externalId,
    jti: id,
    iat,
    exp: iat + ASSERTION_LIFE_SECONDS,
    amr: AMR[method],
    ...(purpose !== null && { purpose }),
  });
}
