/**
 * The HTML with which AuthenticatorAPI.com pairs a phone. Its layout must not change, because
 * clients cut it apart.
 */

import { encodeBase32 } from "../../crypto/shared-secret";

export interface Pairing {
  manualSetupCode: string;
  html: string;
}

export interface PairingRequest {
  appName: string;
  appInfo: string;
  secretCode: string;
}

const utf8 = new TextEncoder();

/** Makes the HTML. `/qr.aspx` of this service draws the image. */
export function pairingOf(request: PairingRequest, origin: string): Pairing {
  const key = encodeBase32(new Uint8Array(utf8.encode(request.secretCode)));
  const label = request.appInfo.replaceAll(" ", "");
  const uri = `otpauth://totp/${label}?secret=${key}&issuer=${encodeUnits(request.appName)}`;
  const image = `${origin}/qr.aspx?size=300x300&data=${encodeUnits(uri)}`;
  const html = `<a title='Manually pair with ${key}' href='https://www.authenticatorapi.com'><img src='${image}' border=0></a>`;
  return { manualSetupCode: key, html };
}

/**
 * Encodes UTF-16 code units instead of UTF-8, as the published service does. Nothing is left that
 * has a meaning in HTML.
 */
function encodeUnits(text: string): string {
  return text.replaceAll(/[^\w.~-]/g, (unit) => {
    const hex = unit.charCodeAt(0).toString(16).toUpperCase();
    return `%${hex.padStart(2, "0")}`;
  });
}
