/** Reads and writes secrets as people and other systems do. */

import { Secret } from "otpauth/bare";
import type { TotpParameters } from "./totp";
import { plainTyped } from "./typed";

export const SECRET_ENCODINGS = ["base32", "hex", "base64", "text", "otpauth"] as const;
export type SecretEncoding = (typeof SECRET_ENCODINGS)[number];

/** The contents of a URI: the secret, and what else it says about how codes are made. */
export interface OtpauthUri {
  /** In Base32. */
  secret: string;
  parameters: Partial<Record<keyof TotpParameters, string>>;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Encodes in unpadded Base32 (RFC 4648 §6), which people type when they cannot scan. */
export function encodeBase32(secret: Bytes): string {
  return new Secret({ buffer: secret.slice().buffer }).base32;
}

/** Each decoder is lenient about what people paste. Null for a text that is not in its encoding. */
const DECODERS: Record<Exclude<SecretEncoding, "otpauth">, (text: string) => Bytes | null> = {
  base32: decodeBase32,
  hex: decodeHex,
  base64: decodeBase64,
  text: (text) => (text.isWellFormed() ? new Uint8Array(new TextEncoder().encode(text)) : null),
};

export function decodeSecret(
  text: string,
  encoding: Exclude<SecretEncoding, "otpauth">,
): Bytes | null {
  return DECODERS[encoding](text);
}

/**
 * Decodes Base32 (RFC 4648 §6). Symbols that make up no whole number of bytes, and set bits left
 * over at the end, are signs of a secret that was cut off or mistyped (§3.5). Its codes would
 * differ from the phone's.
 */
function decodeBase32(text: string): Bytes | null {
  const [, symbols] = /^([A-Z2-7]+)=*$/.exec(plainTyped(text).toUpperCase()) ?? [];
  if (symbols === undefined) return null;
  const secret = new Uint8Array(Secret.fromBase32(symbols).bytes);
  return encodeBase32(secret) === symbols ? secret : null;
}

function decodeHex(text: string): Bytes | null {
  const digits = plainTyped(text);
  return /^([\da-f]{2})+$/i.test(digits) ? Uint8Array.fromHex(digits) : null;
}

/** Decodes Base64 (RFC 4648 §4 or §5), padded or not. A dash is a symbol here. */
function decodeBase64(text: string): Bytes | null {
  const [, symbols] = /^([\w+/-]+)={0,2}$/.exec(text.replaceAll(/\s/g, "")) ?? [];
  if (symbols === undefined) return null;
  const plain = symbols.replaceAll("-", "+").replaceAll("_", "/");
  try {
    const padded = plain.padEnd(Math.ceil(plain.length / 4) * 4, "=");
    return Uint8Array.fromBase64(padded, { lastChunkHandling: "strict" });
  } catch {
    return null;
  }
}

/**
 * Reads a URI (Key Uri Format). Parameters are given as they are written, and left out if the URI
 * leaves them out. Throws an Error that says what is wrong without mentioning anything of the
 * secret.
 */
export function readOtpauthUri(text: string): OtpauthUri {
  const url = URL.parse(text.trim());
  if (url?.protocol !== "otpauth:") throw new Error("not an otpauth:// URI");
  const type = url.hostname.toLowerCase();
  if (type === "hotp") throw new Error("HOTP counts codes instead of time, and is not supported");
  if (type !== "totp") throw new Error("an otpauth:// URI of another type than totp");
  const said = [...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]);
  const { secret, ...parameters } = Object.fromEntries(said);
  if (new Set(said.map(([name]) => name)).size < said.length) {
    throw new Error("an otpauth:// URI that says something twice");
  }
  if (!secret) throw new Error("an otpauth:// URI without a secret");
  return { secret, parameters };
}
