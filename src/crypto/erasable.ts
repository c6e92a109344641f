/**
 * Texts that are erased by deleting a key. Each person has a key of their own, and what is kept about
 * them where nothing can be changed any more is sealed with it (AES-256-GCM). Once the key is gone, so
 * is what it sealed.
 *
 * The nonce is the number of the text, so that the same text under the same number is always sealed
 * to the same bytes (NIST SP 800-38D §8.2.1). No two texts of one person may have the same number.
 */

import { BASE64URL } from "./base64url";
import { randomBytes } from "./random";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const utf8 = new TextEncoder();

/** Makes a key, in base64url. */
export function createErasureKey(): string {
  return randomBytes(KEY_BYTES).toBase64(BASE64URL);
}

/** Throws if the text is not a key in base64url. */
export function importErasureKey(text: string): Promise<CryptoKey> {
  const raw = Uint8Array.fromBase64(text, BASE64URL);
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** Seals a text under a number from 0 to 2^53 - 1. */
export async function sealErasable(key: CryptoKey, number: number, text: string): Promise<string> {
  const sealed = await crypto.subtle.encrypt(aesGcm(number), key, utf8.encode(text));
  return new Uint8Array(sealed).toBase64(BASE64URL);
}

/** Throws if the value was altered, or was sealed with another key or under another number. */
export async function openErasable(
  key: CryptoKey,
  number: number,
  sealed: string,
): Promise<string> {
  const box = Uint8Array.fromBase64(sealed, BASE64URL);
  return new TextDecoder().decode(await crypto.subtle.decrypt(aesGcm(number), key, box));
}

function aesGcm(number: number) {
  const iv = new Uint8Array(NONCE_BYTES);
  new DataView(iv.buffer).setBigUint64(0, BigInt(number));
  return { name: "AES-GCM", iv };
}
