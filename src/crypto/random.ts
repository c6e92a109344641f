/**
 * Values that must be unguessable or unique, in Base32 (RFC 4648 §6, without padding). They are in
 * lower case unless people type them.
 */

import { Secret } from "otpauth/bare";

/** Gives `bytes` random bytes as upper-case Base32. */
export function randomBase32(bytes: number): string {
  return new Secret({ buffer: randomBytes(bytes).buffer }).base32;
}

/** How many symbols of an id or a secret say in which bucket it is (`core/shard/bucket.ts`). */
export const BUCKET_SYMBOLS = 3;

/**
 * Gives a new row id such as `usr_mfrggzdfmztwq2lk`: the kind of thing that it names, and 80 random
 * bits. What belongs to a user begins with the user's bucket, and has 65.
 */
export function randomId(prefix: "app" | "whk"): string;
export function randomId(
  prefix: "auth" | "chal" | "dev" | "link" | "ses" | "usr",
  bucket: string,
): string;
export function randomId(prefix: string, bucket = ""): string {
  return `${prefix}_${randomBehind(bucket, 10)}`;
}

/** Gives as many symbols as `bytes` random bytes have. The first of them say the bucket, if it is given. */
export function randomBehind(bucket: string, bytes: number): string {
  return bucket + randomBase32(bytes).slice(bucket.length).toLowerCase();
}

/** Gives a number of so many decimal digits, each as likely as any other. Nine at most. */
export function randomDigits(digits: number): string {
  const count = 10 ** digits;
  // What is above the highest multiple would make small numbers a little likelier.
  const end = 2 ** 32 - (2 ** 32 % count);
  for (;;) {
    const [value = end] = crypto.getRandomValues(new Uint32Array(1));
    if (value < end) return String(value % count).padStart(digits, "0");
  }
}

export function randomBytes(bytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(bytes));
}
