/** The `otpauth://` URI behind the QR code: Key Uri Format, as the otpauth package writes it. */

import { Secret, TOTP, URI } from "otpauth/bare";
import type { TotpParameters } from "./totp";

export interface Label {
  /** Neither contains a colon: it separates the two (Key Uri Format, "Label"). */
  issuer: string;
  accountName: string;
}

export function provisioningUri(
  secret: Uint8Array<ArrayBuffer>,
  { issuer, accountName }: Label,
  parameters: TotpParameters,
): string {
  const totp = new TOTP({
    issuer,
    label: accountName,
    issuerInLabel: true,
    secret: new Secret({ buffer: secret.slice().buffer }),
    ...parameters,
  });
  return totp.toString();
}

/** What an authenticator app will show. */
export function labelOf(uri: string): Label {
  const { issuer, label: accountName } = URI.parse(uri);
  return { issuer, accountName };
}

/** What an app has to be told that cannot scan. Throws for a URI that is not of TOTP. */
export function parametersOf(uri: string): Pick<TotpParameters, "digits" | "period"> {
  const totp = URI.parse(uri);
  if (!(totp instanceof TOTP)) throw new Error("not a TOTP URI");
  return { digits: totp.digits, period: totp.period };
}

/** Unpadded Base32 (RFC 4648 §6): what people type when they cannot scan. */
export function encodeSecret(secret: Uint8Array<ArrayBuffer>): string {
  return new Secret({ buffer: secret.slice().buffer }).base32;
}

/**
 * Lenient in what people paste (lower case, spaces, dashes, padding); null for what is not Base32.
 */
export function decodeSecret(text: string): Uint8Array<ArrayBuffer> | null {
  const symbols = text.toUpperCase().replaceAll(/[\s=-]/g, "");
  if (!/^[A-Z2-7]+$/.test(symbols)) return null;
  return new Uint8Array(Secret.fromBase32(symbols).bytes);
}
