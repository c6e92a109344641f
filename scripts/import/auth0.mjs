/**
 * Auth0: users with `mfa_factors`, as its bulk import takes them, as a JSON array or one object a
 * line (auth0.com/docs, Import User MFA Authenticator Enrollments). Secrets are Base32, and codes
 * are made as every authenticator app makes them.
 */

import { factor } from "./row.mjs";
import { decodeBase32 } from "./secret.mjs";
import { objectsOf, readTable } from "./text.mjs";

export async function* readAuth0(file) {
  for await (const { user_id: id, username, email, mfa_factors: factors } of readTable(file)) {
    for (const { totp } of objectsOf(factors)) {
      if (totp) yield factor({ id, username, email }, { secret: decodeBase32(totp.secret) });
    }
  }
}
