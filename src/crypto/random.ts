/**
 * What must be unguessable or unique, in Base32 (RFC 4648 §6, without padding), lower case unless
 * people type it.
 */

import { Secret } from "otpauth/bare";

/** `bytes` random bytes as upper-case Base32. */
export function randomBase32(bytes: number): string {
  return new Secret({ buffer: randomBytes(bytes).buffer }).base32;
}

/**
 * A new row id such as `app_mfrggzdfmztwq2lk`: 80 random bits behind the kind of thing it names.
 */
export function randomId(prefix: "app" | "auth" | "chal" | "dev" | "link" | "ses" | "usr"): string {
  return `${prefix}_${randomBase32(10).toLowerCase()}`;
}

export function randomBytes(bytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(bytes));
}
