/** The `otpauth://` URI behind the QR code (Key Uri Format). */

import { TOTP, URI } from "otpauth/bare";
import { encodeBase32 } from "./shared-secret";
import type { TotpParameters } from "./totp";

export interface Label {
  /** Neither part contains a colon, because a colon separates them (Key Uri Format, "Label"). */
  issuer: string;
  accountName: string;
}

/**
 * Makes the URI. The secret comes first, because some authenticator apps insist on it. The issuer
 * is in it twice: as the prefix that old apps read, and as the parameter that new ones read.
 */
export function provisioningUri(
  secret: Uint8Array<ArrayBuffer>,
  { issuer, accountName }: Label,
  { algorithm, digits, period }: TotpParameters,
): string {
  const app = encodeURIComponent(issuer);
  const parameters = [
    `secret=${encodeBase32(secret)}`,
    `issuer=${app}`,
    `algorithm=${algorithm}`,
    `digits=${digits}`,
    `period=${period}`,
  ];
  return `otpauth://totp/${app}:${encodeURIComponent(accountName)}?${parameters.join("&")}`;
}

/** The label that an authenticator app will show. */
export function labelOf(uri: string): Label {
  const { issuer, label: accountName } = URI.parse(uri);
  return { issuer, accountName };
}

/**
 * The parameters to type into an authenticator app that cannot scan. Throws if the URI is not for
 * TOTP.
 */
export function parametersOf(uri: string): Pick<TotpParameters, "digits" | "period"> {
  const totp = URI.parse(uri);
  if (!(totp instanceof TOTP)) throw new Error("not a TOTP URI");
  return { digits: totp.digits, period: totp.period };
}

/** How many characters a text takes in a URI. An ideograph takes nine, an emoji twelve or more. */
export function costInUri(text: string): number {
  return encodeURIComponent(text.toWellFormed()).length;
}

/** Made when it is first needed: it takes as long as a fifth of all that an isolate does at its start. */
let graphemes: Intl.Segmenter | undefined;

/**
 * Gives as much of the beginning of a text as fits both bounds: `length` in UTF-16 units, and
 * `cost` in a URI. It keeps whole characters as people see them, so that no emoji is cut in half.
 * If a single one of those is too much, it falls back to code points.
 */
export function shorten(text: string, most: { length: number; cost: number }): string {
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  const whole = Array.from(graphemes.segment(text), ({ segment }) => segment);
  return takeWhileFits(whole, most) || takeWhileFits(Array.from(text), most);
}

function takeWhileFits(
  parts: string[],
  { length, cost }: { length: number; cost: number },
): string {
  let taken = "";
  for (const part of parts) {
    const next = taken + part;
    if (next.length > length || costInUri(next) > cost) break;
    taken = next;
  }
  return taken;
}
