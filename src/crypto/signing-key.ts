/**
 * The secrets with which a back end signs its requests: `sgh_<id>_<HMAC of the id>`. They are
 * derived from the keyring, so that nothing is stored with which somebody could sign, and a
 * signature is checked before the database is asked.
 */

import type { ApiKeyProof } from "./api-key";
import { digest, digests, type Keyring } from "./keyring";
import { randomBase32 } from "./random";
import { sha256 } from "./sha256";

const ID = /^[a-z2-7]{16}$/;
const utf8 = new TextEncoder();

/** Creates a key: the text to show once, and what to store. */
export async function createSigningKey(ring: Keyring): Promise<ApiKeyProof & { key: string }> {
  const id = randomBase32(10).toLowerCase();
  const key = format(id, await digest(ring, "request-signature", id));
  return { ...(await proofOf(id, key)), key };
}

/**
 * Gives what to look up for the key that made an HMAC-SHA-256 (RFC 9421 §3.3.3) of these bytes, or
 * null if no key with this id did.
 */
export async function findSigner(
  ring: Keyring,
  id: string,
  { signed, signature }: { signed: BufferSource; signature: BufferSource },
): Promise<ApiKeyProof | null> {
  if (!ID.test(id)) return null;
  for (const made of await digests(ring, "request-signature", id)) {
    const key = format(id, made);
    if (await isSignedBy(key, signed, signature)) return proofOf(id, key);
  }
  return null;
}

async function isSignedBy(key: string, signed: BufferSource, signature: BufferSource) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const hmac = await crypto.subtle.importKey("raw", utf8.encode(key), algorithm, false, ["verify"]);
  return crypto.subtle.verify("HMAC", hmac, signature, signed);
}

/** A digest names the key of the ring that it was made under, which is nobody's business. */
function format(id: string, made: string): string {
  return `sgh_${id}_${made.slice(made.indexOf(".") + 1)}`;
}

async function proofOf(id: string, key: string): Promise<ApiKeyProof> {
  return { id, hash: (await sha256(key)).toBase64({ alphabet: "base64url" }) };
}
