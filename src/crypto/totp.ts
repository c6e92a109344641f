/**
 * TOTP, RFC 6238: HOTP (RFC 4226) counting time steps since the Unix epoch.
 *
 * Pure: the clock is an argument and nothing is stored. A code is good once, and that is the
 * caller's to enforce, which is why `matchStep` returns the step and not a boolean.
 */

import { timingSafeEqual } from "./timing-safe-equal";

/** RFC 6238 §1.2 allows HMAC with these three; the names are those of the otpauth URI. */
const HASHES = { SHA1: "SHA-1", SHA256: "SHA-256", SHA512: "SHA-512" } as const;

export type TotpAlgorithm = keyof typeof HASHES;

export interface TotpParameters {
  algorithm: TotpAlgorithm;
  /** 6 to 8: RFC 4226 §5.3. */
  digits: number;
  /** Seconds in a time step: X in RFC 6238 §4.1. */
  period: number;
}

/** The only parameters that every authenticator app honours. */
export const DEFAULT_PARAMETERS: TotpParameters = { algorithm: "SHA1", digits: 6, period: 30 };

/** Whether they are within the bounds of what is stated above; for what comes from storage. */
export function areParameters({ algorithm, digits, period }: TotpParameters): boolean {
  const isLength = Number.isInteger(digits) && digits >= 6 && digits <= 8;
  return Object.hasOwn(HASHES, algorithm) && isLength && Number.isInteger(period) && period > 0;
}

/** The time step at an instant: T in RFC 6238 §4.2, with T0 = 0. */
export function timeStep(now: Date, period: number): number {
  return Math.floor(now.getTime() / 1000 / period);
}

/** The code of one time step: RFC 4226 §5.3. */
export async function codeAt(
  secret: BufferSource,
  step: number,
  parameters: TotpParameters,
): Promise<string> {
  return hotp(await hmacKey(secret, parameters.algorithm), step, parameters.digits);
}

/**
 * The time step whose code is `code`, at most `window` steps from now, or null. The latest one, if
 * by chance there are several: spending it spends them all.
 *
 * Computes and compares every step of the window, so that the time taken does not tell which one
 * matched.
 */
export async function matchStep(
  secret: BufferSource,
  code: string,
  { now, window, parameters }: { now: Date; window: number; parameters: TotpParameters },
): Promise<number | null> {
  const key = await hmacKey(secret, parameters.algorithm);
  const current = timeStep(now, parameters.period);
  let match: number | null = null;
  for (let step = Math.max(0, current - window); step <= current + window; step++) {
    if (timingSafeEqual(code, await hotp(key, step, parameters.digits))) match = step;
  }
  return match;
}

function hmacKey(secret: BufferSource, algorithm: TotpAlgorithm): Promise<CryptoKey> {
  const hmac = { name: "HMAC", hash: HASHES[algorithm] };
  return crypto.subtle.importKey("raw", secret, hmac, false, ["sign"]);
}

/** HOTP(K, C): RFC 4226 §5.3. */
async function hotp(key: CryptoKey, counter: number, digits: number): Promise<string> {
  const message = new DataView(new ArrayBuffer(8));
  message.setBigUint64(0, BigInt(counter));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, message));
  // Dynamic truncation: the last nibble is an offset; the 31 bits found there are the number.
  const offset = mac.getUint8(mac.byteLength - 1) & 0x0f;
  const number = mac.getUint32(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}
