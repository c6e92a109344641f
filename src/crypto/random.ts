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

/** Gives so many decimal digits, each of them as likely as any other. */
export function randomDigits(count: number): string {
  let digits = "";
  while (digits.length < count) {
    // The last six of the 256 values would make small digits a little likelier.
    for (const byte of randomBytes(count)) if (byte < 250) digits += byte % 10;
  }
  return digits.slice(0, count);
}

export function randomBytes(bytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(bytes));
}
