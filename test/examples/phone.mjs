/** A phone with an authenticator app, played by oathtool. */

import { URI } from "otpauth";
import { unspentCodes } from "../../scripts/phone.mjs";
import { phoneFor } from "../browser/support/phone.mjs";

/** The phone that has scanned this otpauth:// URI. `code()` is never the same twice, and only the fourth is waited for. */
export function phoneWith(uri, tools) {
  const totp = URI.parse(uri);
  const codes = unspentCodes(totp);
  return {
    secret: totp.secret.base32,
    account: totp.label,
    wrongCode: () => phoneFor(uri).wrongCode(),
    async code() {
      const { steps } = await codes.next();
      return tools.phone(totp.secret.base32, steps);
    },
  };
}
