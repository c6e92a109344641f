/**
 * The assertion that a challenge was answered: a JWT that the app's back end checks offline with
 * the published keys.
 */

import { signJwt } from "../../crypto/signing";
import type { Deps } from "../../env";
import type { ChallengeClaims } from "./token";
import { ASSERTION_LIFE_SECONDS } from "../policy";

/**
 * Authentication methods (RFC 8176). A backup code is a one-time password too, hence "otp". Whether
 * all of it amounts to "mfa" is for the back end to conclude.
 */
const AMR = { totp: ["otp"], backup_code: ["otp", "backup_code"] };

/**
 * Signs the assertion. `jti` is the challenge's id and `aud` the app's id; the back end compares
 * both with what it asked for.
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
