/** Base64url without padding (RFC 4648 §5). */

export const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/**
 * Decodes a text that is the one spelling of its bytes (RFC 4648 §3.5), and answers null for any
 * other. With set bits behind the last byte, padding, blanks or other letters, one value would have
 * several spellings.
 */
export function decodeCanonical(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const bytes = Uint8Array.fromBase64(text, BASE64URL);
    return bytes.toBase64(BASE64URL) === text ? bytes : null;
  } catch {
    return null;
  }
}
