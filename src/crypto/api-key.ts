/**
 * API keys: `sg_<id>_<secret><checksum>`, all lower-case Base32.
 *
 * The prefix lets secret scanners find one; the id finds the row; the checksum lets junk be refused
 * without asking the database.
 */

import { randomBase32 } from "./random";
import { sha256 } from "./sha256";

const SECRET_BYTES = 32;
/** id 16, secret 52, checksum 8 symbols. */
const FORM = /^sg_([a-z2-7]{16})_([a-z2-7]{52})([0-9a-f]{8})$/;

export interface ApiKeyProof {
  id: string;
  /** SHA-256 of the key without its checksum, base64url. */
  hash: string;
}

/** A new key: the text to show once, and what to store. */
export async function createApiKey(): Promise<ApiKeyProof & { key: string }> {
  const id = randomBase32(10).toLowerCase();
  const stem = `sg_${id}_${randomBase32(SECRET_BYTES).toLowerCase()}`;
  const digest = await sha256(stem);
  return { id, key: stem + checksum(digest), hash: digest.toBase64({ alphabet: "base64url" }) };
}

/** What to look up for a key, or null for what cannot be one. */
export async function parseApiKey(key: string): Promise<ApiKeyProof | null> {
  const [, id, secret, check] = FORM.exec(key) ?? [];
  if (!id || !secret) return null;
  const digest = await sha256(`sg_${id}_${secret}`);
  if (check !== checksum(digest)) return null;
  return { id, hash: digest.toBase64({ alphabet: "base64url" }) };
}

/** Of the digest, so that one hash does both. It says nothing that the key does not say. */
function checksum(digest: Uint8Array): string {
  return digest.subarray(0, 4).toHex();
}
