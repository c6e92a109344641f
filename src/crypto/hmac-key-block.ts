/** The block of SHA-1: B in RFC 2104 §2. */
const BLOCK_BYTES = 64;

/**
 * What HMAC-SHA-1 makes of a key before anything else (RFC 2104 §2): a long one is hashed, a short
 * one filled up with zeros. Two keys with one block have the same codes for ever, so that for
 * whoever counts they are one.
 */
export async function hmacKeyBlock(key: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const block = new Uint8Array(BLOCK_BYTES);
  const isLong = key.byteLength > BLOCK_BYTES;
  block.set(isLong ? new Uint8Array(await crypto.subtle.digest("SHA-1", key)) : key);
  return block;
}
