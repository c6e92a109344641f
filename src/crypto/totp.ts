/**
 * TOTP (RFC 6238): HOTP (RFC 4226) that counts time steps since the Unix epoch.
 *
 * The functions are pure: the clock is an argument and nothing is stored. A code is good once,
 * which the caller has to enforce. That is why `matchStep` returns the step and not a boolean.
 */

import { timingSafeEqual } from "./timing-safe-equal";

/** RFC 6238 §1.2 allows HMAC with these three. The names are those of the otpauth URI. */
const HASHES = { SHA1: "SHA-1", SHA256: "SHA-256", SHA512: "SHA-512" } as const;

export type TotpAlgorithm = keyof typeof HASHES;

export interface TotpParameters {
  algorithm: TotpAlgorithm;
  /** 6 to 8 (RFC 4226 §5.3). */
  digits: number;
  /** Seconds in a time step: X in RFC 6238 §4.1. */
  period: number;
}

/** The only parameters that every authenticator app honours. */
export const DEFAULT_PARAMETERS: TotpParameters = { algorithm: "SHA1", digits: 6, period: 30 };

/** Whether parameters that come from storage are within the bounds stated above. */
export function areParameters({ algorithm, digits, period }: TotpParameters): boolean {
  const isLength = Number.isInteger(digits) && digits >= 6 && digits <= 8;
  return Object.hasOwn(HASHES, algorithm) && isLength && Number.isInteger(period) && period > 0;
}

/** The time step at an instant: T in RFC 6238 §4.2, with T0 = 0. */
export function timeStep(now: Date, period: number): number {
  return Math.floor(now.getTime() / 1000 / period);
}

/** The code of one time step (RFC 4226 §5.3). */
export async function codeAt(
  secret: BufferSource,
  step: number,
  parameters: TotpParameters,
): Promise<string> {
  return hotp(await hmacKey(secret, parameters.algorithm), step, parameters.digits);
}

/** The steps that are at most `window` away from this one (RFC 6238 §5.2). */
export function stepsAround(step: number, window: number): number[] {
  const first = Math.max(0, step - window);
  return Array.from({ length: Math.max(0, step + window - first + 1) }, (_, at) => first + at);
}

/**
 * The steps whose codes count at an instant, in ascending order: those around it, and those around
 * the step that is `drift` steps away, where the token's clock was (RFC 6238 §6). Each is listed
 * once, so there are at most twice as many as the window has.
 */
export function acceptedSteps(
  now: Date,
  { period, window, drift }: { period: number; window: number; drift: number },
): number[] {
  const current = timeStep(now, period);
  const steps = [...stepsAround(current, window), ...stepsAround(current + drift, window)];
  return [...new Set(steps)].toSorted((a, b) => a - b);
}

/**
 * Finds the time step among these to which the last of `codes` belongs, with the others belonging
 * to the steps just before it. Null if there is none. If by chance there are several, it is the
 * latest one, because spending it spends them all.
 *
 * It computes and compares every code of every step, so that the time taken does not tell which one
 * matched.
 */
export async function matchStep(
  secret: BufferSource,
  codes: readonly string[],
  { steps, parameters }: { steps: number[]; parameters: TotpParameters },
): Promise<number | null> {
  const key = await hmacKey(secret, parameters.algorithm);
  let match: number | null = null;
  for (const step of steps) {
    let isRight = true;
    for (const [at, code] of codes.entries()) {
      const expected = await hotp(key, step - codes.length + 1 + at, parameters.digits);
      isRight = timingSafeEqual(code, expected) && isRight;
    }
    if (isRight) match = Math.max(step, match ?? 0);
  }
  return match;
}

function hmacKey(secret: BufferSource, algorithm: TotpAlgorithm): Promise<CryptoKey> {
  const hmac = { name: "HMAC", hash: HASHES[algorithm] };
  return crypto.subtle.importKey("raw", secret, hmac, false, ["sign"]);
}

/** HOTP(K, C), as in RFC 4226 §5.3. */
async function hotp(key: CryptoKey, counter: number, digits: number): Promise<string> {
  const message = new DataView(new ArrayBuffer(8));
  message.setBigUint64(0, BigInt(counter));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, message));
  // Dynamic truncation: the last nibble is an offset, and the 31 bits found there are the number.
  const offset = mac.getUint8(mac.byteLength - 1) & 0x0f;
  const number = mac.getUint32(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}
