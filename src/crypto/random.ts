/**
 * Values that must be unguessable or unique, in Base32 (RFC 4648 §6, without padding). They are in
 * lower case unless people type them.
 */

import { Secret } from "otpauth/bare";

/** Gives `bytes` random bytes as upper-case Base32. */
export function randomBase32(bytes: number): string {
  return new Secret({ buffer: randomBytes(bytes).buffer }).base32;
}

/**
 * Gives a new row id such as `app_mfrggzdfmztwq2lk`: the kind of thing that it names, and 80 random
 * bits.
 */
export function randomId(prefix: "app" | "auth" | "chal" | "dev" | "link" | "ses" | "usr"): string {
  return `${prefix}_${randomBase32(10).toLowerCase()}`;
}

export function randomBytes(bytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(bytes));
}
