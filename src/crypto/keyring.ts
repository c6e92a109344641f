/**
 * The ring of named keys behind everything that is stored: AES-256-GCM to seal, HMAC-SHA-256 for
 * digests.
 *
 * A sealed value is `<key id>.<base64url of nonce and ciphertext>`, and a digest is `<key
 * id>.<base64url of the MAC>`. The first key of the ring seals and digests; every key opens. To
 * rotate, put a new key in front. `context` (which row, which column) is authenticated but not
 * stored, so a sealed value that is copied into another row does not open there.
 */

import { BASE64URL, decodeCanonical } from "./base64url";

/**
 * 96 bits in random construction (NIST SP 800-38D §8.2.2), for at most 2^32 seals under one key.
 */
const NONCE_BYTES = 12;
/** WebCrypto appends all 128 bits of the tag (NIST SP 800-38D §5.2.1.2). */
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const utf8 = new TextEncoder();

/**
 * What a digest is for. Each purpose has an HMAC key of its own, so that no digest means anything
 * elsewhere.
 */
export type DigestPurpose =
  | "backup-code"
  | "secret"
  | "used-code"
  | "request"
  | "request-signature"
  | "rebinding"
  | "password-guard"
  | "known-browser"
  | "mail-code"
  | "bare-secret"
  | "operator-session";

interface RingKey {
  readonly id: string;
  readonly seal: CryptoKey;
  readonly digest: Readonly<Record<DigestPurpose, CryptoKey>>;
}

/** The keys, newest first. There is at least one. */
export type Keyring = readonly [RingKey, ...RingKey[]];

/**
 * Reads the KEYRING secret: `id:base64url-key[,id:base64url-key…]`, newest first. Throws an Error
 * that says what is wrong.
 */
export async function parseKeyring(text: string | undefined): Promise<Keyring> {
  if (!text?.trim()) throw new Error("KEYRING is missing.");
  const keys = await Promise.all(text.split(",").map((entry) => parseKey(entry.trim())));
  const ids = keys.map((key) => key.id);
  if (new Set(ids).size < ids.length) throw new Error("KEYRING: two keys have the same id.");
  const [newest, ...older] = keys;
  if (!newest) throw new Error("KEYRING: no key.");
  return [newest, ...older];
}

/** Reads one key. Throws if the text is not `id:key` with a key of 256 bits. */
async function parseKey(entry: string): Promise<RingKey> {
  const [, id, encoded] = /^([\w-]{1,32}):([\w-]+)=*$/.exec(entry) ?? [];
  if (!id || !encoded) throw new Error("KEYRING: expected id:key[,id:key…], keys in base64url.");
  const raw = decode(encoded);
  if (raw?.byteLength !== KEY_BYTES) throw new Error(`KEYRING: key ${id} is not 256 bits.`);
  return {
    id,
    seal: await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]),
    digest: await deriveDigestKeys(raw),
  };
}

/**
 * Derives one key per purpose by HKDF-SHA-256 (RFC 5869). The ring's keys are uniform, so the salt
 * may be empty (§3.1).
 */
async function deriveDigestKeys(raw: BufferSource): Promise<RingKey["digest"]> {
  const master = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]);
  const derive = (purpose: DigestPurpose) =>
    crypto.subtle.deriveKey(
      { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8.encode(purpose) },
      master,
      { name: "HMAC", hash: "SHA-256", length: 256 },
      false,
      ["sign"],
    );
  return {
    "backup-code": await derive("backup-code"),
    secret: await derive("secret"),
    "used-code": await derive("used-code"),
    request: await derive("request"),
    "request-signature": await derive("request-signature"),
    rebinding: await derive("rebinding"),
    "password-guard": await derive("password-guard"),
    "known-browser": await derive("known-browser"),
    "mail-code": await derive("mail-code"),
    "bare-secret": await derive("bare-secret"),
    "operator-session": await derive("operator-session"),
  };
}

/** Seals under the newest key. */
export async function seal(
  [newest]: Keyring,
  plaintext: BufferSource,
  context: string,
): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const ciphertext = await crypto.subtle.encrypt(aesGcm(nonce, context), newest.seal, plaintext);
  const box = new Uint8Array(NONCE_BYTES + ciphertext.byteLength);
  box.set(nonce);
  box.set(new Uint8Array(ciphertext), NONCE_BYTES);
  return `${newest.id}.${box.toBase64(BASE64URL)}`;
}

/** How many bytes a sealed value holds. Its length alone tells that. */
export function sealedBytes(sealed: string): number {
  const box = Math.floor(((sealed.length - sealed.indexOf(".") - 1) * 3) / 4);
  return box - NONCE_BYTES - TAG_BYTES;
}

/**
 * Opens a sealed value. Throws if the key is gone, if the value was altered or is spelled
 * differently, or if it was sealed for another context.
 */
export async function open(
  ring: Keyring,
  sealed: string,
  context: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const [id = "", encoded = "", ...more] = sealed.split(".");
  const key = ring.find((candidate) => candidate.id === id);
  if (!key) throw new Error(`KEYRING: no key ${id}`);
  const box = decodeCanonical(encoded);
  if (!box || more.length > 0) throw new Error("not a sealed value");
  const algorithm = aesGcm(box.subarray(0, NONCE_BYTES), context);
  const plaintext = await crypto.subtle.decrypt(algorithm, key.seal, box.subarray(NONCE_BYTES));
  return new Uint8Array(plaintext);
}

/** The keyed digest under the newest key, which is to be stored. */
export async function digest(
  [newest]: Keyring,
  purpose: DigestPurpose,
  message: string | BufferSource,
): Promise<string> {
  return digestUnder(newest, purpose, message);
}

/** The keyed digests under every key of the ring, which are to be looked for. */
export async function digests(
  ring: Keyring,
  purpose: DigestPurpose,
  message: string | BufferSource,
): Promise<string[]> {
  return Promise.all(ring.map((key) => digestUnder(key, purpose, message)));
}

async function digestUnder(key: RingKey, purpose: DigestPurpose, message: string | BufferSource) {
  const bytes = typeof message === "string" ? utf8.encode(message) : message;
  const mac = await crypto.subtle.sign("HMAC", key.digest[purpose], bytes);
  return `${key.id}.${new Uint8Array(mac).toBase64(BASE64URL)}`;
}

function aesGcm(iv: Uint8Array<ArrayBuffer>, context: string) {
  return { name: "AES-GCM", iv, additionalData: utf8.encode(context) };
}

function decode(encoded: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.fromBase64(encoded, BASE64URL);
  } catch {
    return null;
  }
}
