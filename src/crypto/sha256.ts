const utf8 = new TextEncoder();

/**
 * SHA-256 of bytes, or of a text in UTF-8. It is enough to hide values of 256 random bits, and no
 * others.
 */
export async function sha256(content: string | BufferSource): Promise<Uint8Array> {
  const bytes = typeof content === "string" ? utf8.encode(content) : content;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
