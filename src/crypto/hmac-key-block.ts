/** The block size of SHA-1: B in RFC 2104 §2. */
const BLOCK_BYTES = 64;

/**
 * Gives the block that HMAC-SHA-1 makes of a key (RFC 2104 §2): a long key is hashed, and a short
 * one is filled up with zeros. Two keys with the same block always have the same codes, so they
 * count as one.
 */
export async function hmacKeyBlock(key: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const block = new Uint8Array(BLOCK_BYTES);
  const isLong = key.byteLength > BLOCK_BYTES;
  block.set(isLong ? new Uint8Array(await crypto.subtle.digest("SHA-1", key)) : key);
  return block;
}
