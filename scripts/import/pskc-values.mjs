/** Opens the values of a PSKC container (RFC 6030 §6). */

import { Refusal } from "../refusal.mjs";
import { decodeBase64 } from "./secret.mjs";
import { attribute, first, textAt } from "./xml.mjs";

const IV_LENGTH = 16;
/** How many bytes a key has. */
const CIPHERS = { "aes128-cbc": 16, "aes192-cbc": 24, "aes256-cbc": 32 };
const MACS = {
  "hmac-sha1": "SHA-1",
  "hmac-sha256": "SHA-256",
  "hmac-sha384": "SHA-384",
  "hmac-sha512": "SHA-512",
};

/**
 * Gives a function that opens one value: bytes, null if there is nothing that can be read, or
 * undefined if it is not sealed with this key. Throws a Refusal if the container is encrypted, and
 * the key is missing or does not open its MAC key.
 */
export async function readValues(container, key) {
  const method = first(container, "MACMethod");
  const isSealed = first(container, "EncryptionKey") !== undefined;
  if (isSealed && !key)
    throw new Refusal("The file is encrypted: give the pre-shared key, in hex.");
  const mac = key && method ? await importMac(method, key) : null;
  return async (element) => {
    const plain = textAt(element, "PlainValue");
    if (plain !== undefined) return decodeBase64(plain);
    const sealed = first(element, "EncryptedValue");
    if (!sealed) return null;
    return mac ? openSealed(sealed, textAt(element, "ValueMAC"), { key, mac }) : undefined;
  };
}

/** The key of the MAC is encrypted like the values, and is the same key if it is left out. */
async function importMac(method, key) {
  const hash = MACS[fragment(attribute(method, "Algorithm"))];
  if (!hash) throw new Refusal("The file has MACs of a kind that is not known here.");
  const given = first(method, "MACKey");
  const bytes = given ? await decrypt(given, key) : key;
  if (!bytes) throw new Refusal("The key does not open the file.");
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash }, false, ["verify"]);
}

async function openSealed(sealed, expected, { key, mac }) {
  const bytes = cipherText(sealed);
  const tag = decodeBase64(expected);
  if (!bytes || !tag) return undefined;
  // WebCrypto compares in constant time, and nothing is decrypted that was altered (§6.3).
  if (!(await crypto.subtle.verify("HMAC", mac, tag, bytes))) return undefined;
  return (await decrypt(sealed, key)) ?? undefined;
}

async function decrypt(element, key) {
  const algorithm = fragment(attribute(first(element, "EncryptionMethod"), "Algorithm"));
  const bytes = cipherText(element);
  if (!bytes || CIPHERS[algorithm] !== key.byteLength) return null;
  const iv = bytes.subarray(0, IV_LENGTH);
  try {
    const imported = await crypto.subtle.importKey("raw", key, "AES-CBC", false, ["decrypt"]);
    const cipher = { name: "AES-CBC", iv };
    return new Uint8Array(await crypto.subtle.decrypt(cipher, imported, bytes.subarray(IV_LENGTH)));
  } catch {
    return null;
  }
}

/** The IV and what follows it. */
function cipherText(element) {
  return decodeBase64(textAt(element, "CipherData", "CipherValue") ?? "");
}

/** The algorithm in its URI. */
function fragment(uri = "") {
  return uri.split("#").at(-1).toLowerCase();
}
