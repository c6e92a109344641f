/**
 * API keys: `sg_<id>_<secret><checksum>`, with id and secret in lower-case Base32 and the checksum
 * in hexadecimal.
 *
 * The prefix lets secret scanners find a key, the id finds the row, and the checksum lets junk be
 * refused without asking the database.
 */

import { randomBase32 } from "./random";
import { sha256 } from "./sha256";

const SECRET_BYTES = 32;
/** The id has 16 symbols, the secret 52 and the checksum 8. */
const FORM = /^sg_([a-z2-7]{16})_([a-z2-7]{52})([0-9a-f]{8})$/;

export interface ApiKeyProof {
  id: string;
  /** SHA-256 of the key without its checksum, in base64url. */
  hash: string;
}

/** Creates a key: the text to show once, and what to store. */
export async function createApiKey(): Promise<ApiKeyProof & { key: string }> {
  const id = randomBase32(10).toLowerCase();
  const stem = `sg_${id}_${randomBase32(SECRET_BYTES).toLowerCase()}`;
  const digest = await sha256(stem);
  return { id, key: stem + checksum(digest), hash: digest.toBase64({ alphabet: "base64url" }) };
}

/** Gives what to look up for a key, or null for a text that cannot be one. */
export async function parseApiKey(key: string): Promise<ApiKeyProof | null> {
  const [, id, secret, check] = FORM.exec(key) ?? [];
  if (!id || !secret) return null;
  const digest = await sha256(`sg_${id}_${secret}`);
  if (check !== checksum(digest)) return null;
  return { id, hash: digest.toBase64({ alphabet: "base64url" }) };
}

/**
 * The checksum is taken from the digest, so that one hash does both. It tells nothing that the key
 * does not tell.
 */
function checksum(digest: Uint8Array): string {
  return digest.subarray(0, 4).toHex();
}
