/** A phone in front of the screen: zbarimg is its camera, otpauth its authenticator app. */

import { URI } from "otpauth";
import { unspentCodes } from "../../../scripts/phone.mjs";

/** More than the server ever looks at to both sides, and than pass in a flow. */
const NEAR_STEPS = Array.from({ length: 61 }, (_, at) => at - 30);

/** The text of the QR code, from a picture of it as it is shown: one too small, too pale or without its margin cannot be read. */
export async function readQrCode(locator, tools) {
  const png = await locator.screenshot();
  try {
    return await tools.readQr(png);
  } catch (error) {
    throw new Error(`No QR code can be read in ${locator}.`, { cause: error });
  }
}

/**
 * The phone that has scanned this otpauth:// URI. `code()` is never the same twice: the last step's, this one's, the next one's, and only
 * for a fourth it waits. So a flow enrols, logs in and steps up without a wait, in this order.
 */
export function phoneFor(uri) {
  const totp = URI.parse(uri);
  const codes = unspentCodes(totp);
  return {
    issuer: totp.issuer,
    account: totp.label,
    async code() {
      const { code } = await codes.next();
      return code;
    },
    /** Right at no time near this one. */
    wrongCode() {
      const near = NEAR_STEPS.map((step) => codeIn(totp, step));
      const candidates = Array.from({ length: near.length + 1 }, (_, at) =>
        String(at).padStart(totp.digits, "0"),
      );
      return candidates.find((code) => !near.includes(code));
    },
  };
}

function codeIn(totp, steps) {
  return totp.generate({ timestamp: Date.now() + steps * totp.period * 1000 });
}
