/** The HTML with which AuthenticatorAPI.com pairs a phone. Clients cut it apart, so its layout stands. */

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

/** The image is drawn by `/qr.aspx` of this very service. */
export function pairingOf(request: PairingRequest, origin: string): Pairing {
  const key = encodeBase32(new Uint8Array(utf8.encode(request.secretCode)));
  const label = request.appInfo.replaceAll(" ", "");
  const uri = `otpauth://totp/${label}?secret=${key}&issuer=${encodeUnits(request.appName)}`;
  const image = `${origin}/qr.aspx?size=300x300&data=${encodeUnits(uri)}`;
  const html = `<a title='Manually pair with ${key}' href='https://www.authenticatorapi.com'><img src='${image}' border=0></a>`;
  return { manualSetupCode: key, html };
}

/** As published: of UTF-16 code units, not of UTF-8. Nothing that means anything in HTML is left. */
function encodeUnits(text: string): string {
  return text.replaceAll(/[^\w.~-]/g, (unit) => {
    const hex = unit.charCodeAt(0).toString(16).toUpperCase();
    return `%${hex.padStart(2, "0")}`;
  });
}
