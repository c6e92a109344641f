/** The `otpauth://` URI behind the QR code (Key Uri Format). */

import { TOTP, URI } from "otpauth/bare";
import { encodeBase32 } from "./shared-secret";
import type { TotpParameters } from "./totp";

export interface Label {
  /** Neither contains a colon: it separates the two (Key Uri Format, "Label"). */
  issuer: string;
  accountName: string;
}

/**
 * The secret comes first, because some apps insist. The issuer stands in it twice: as the prefix that
 * old apps read, and as the parameter that new ones do.
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

/** The characters that a text takes in a URI: an ideograph nine, an emoji twelve and more. */
export function costInUri(text: string): number {
  return encodeURIComponent(text.toWellFormed()).length;
}

/** Made when it is first needed: it takes as long as a fifth of all that an isolate does at its start. */
let graphemes: Intl.Segmenter | undefined;

/**
 * As much of the beginning of a text as is no longer than that, in UTF-16 units, and costs no more in a
 * URI: whole characters as people see them, so that no emoji is left half; code points where a single
 * one of those is too much.
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
