/**
 * Opens Fernet tokens, with which Django projects seal things, without an age limit
 * (github.com/fernet/spec, version 0x80). A token is version (1 byte), time (8), IV (16),
 * AES-128-CBC ciphertext, and HMAC-SHA256 (32) of everything before it. A key is 16 bytes to sign
 * and 16 to encrypt.
 */

const VERSION = 0x80;
const KEY_LENGTH = 32;
const IV_AT = 9;
const CIPHERTEXT_AT = 25;
const HMAC_LENGTH = 32;

/** Imports a key. Null if the text is not 32 bytes in base64url. */
export async function importFernetKey(text) {
  const bytes = decode(text);
  if (bytes?.byteLength !== KEY_LENGTH) return null;
  const { subtle } = globalThis.crypto;
  const hmac = { name: "HMAC", hash: "SHA-256" };
  return {
    signing: await subtle.importKey("raw", bytes.subarray(0, 16), hmac, false, ["verify"]),
    encryption: await subtle.importKey("raw", bytes.subarray(16), "AES-CBC", false, ["decrypt"]),
  };
}

/** Gives the text in a token, or null if this key has not sealed it, whatever is wrong with it. */
export async function openFernet({ signing, encryption }, token) {
  const bytes = decode(token);
  if (!bytes || bytes.byteLength < CIPHERTEXT_AT + HMAC_LENGTH || bytes[0] !== VERSION) return null;
  const signed = bytes.subarray(0, -HMAC_LENGTH);
  const { subtle } = globalThis.crypto;
  // WebCrypto compares in constant time, and nothing is decrypted that was not signed.
  if (!(await subtle.verify("HMAC", signing, bytes.subarray(-HMAC_LENGTH), signed))) return null;
  const cipher = { name: "AES-CBC", iv: signed.subarray(IV_AT, CIPHERTEXT_AT) };
  try {
    const plain = await subtle.decrypt(cipher, encryption, signed.subarray(CIPHERTEXT_AT));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain);
  } catch {
    return null;
  }
}

/** Decodes strictly. Node's decoder would skip what it does not know. */
function decode(text) {
  return /^[\w-]+={0,2}$/.test(text) ? new Uint8Array(Buffer.from(text, "base64url")) : null;
}
