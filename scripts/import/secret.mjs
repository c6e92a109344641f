/**
 * Decodes secrets strictly: whatever is cut off or mistyped would give other codes than the
 * phone's. Each decoder gives bytes, or null.
 */

import { Secret } from "otpauth";

export const DECODERS = {
  base32: decodeBase32,
  hex: decodeHex,
  base64: decodeBase64,
  text: (text) => new Uint8Array(new TextEncoder().encode(text)),
};

/** Decodes Base32 (RFC 4648 §6) in either case, with or without padding and blanks. */
export function decodeBase32(text) {
  if (typeof text !== "string") return null;
  const symbols = text.replaceAll(/[\s-]/g, "").replace(/=+$/, "").toUpperCase();
  if (!/^[A-Z2-7]+$/.test(symbols)) return null;
  const secret = Secret.fromBase32(symbols);
  // Bits that are left over show that something is missing (§3.5).
  return secret.base32 === symbols ? new Uint8Array(secret.bytes) : null;
}

export function decodeHex(text) {
  const digits = typeof text === "string" ? text.trim() : "";
  return /^([\da-f]{2})+$/i.test(digits) ? new Uint8Array(Buffer.from(digits, "hex")) : null;
}

/** Decodes Base64 (RFC 4648 §4), with padding. */
export function decodeBase64(text) {
  const symbols = typeof text === "string" ? text.replaceAll(/\s/g, "") : "";
  if (symbols === "" || !/^[A-Za-z\d+/]*={0,2}$/.test(symbols)) return null;
  const bytes = Buffer.from(symbols, "base64");
  return bytes.toString("base64") === symbols ? new Uint8Array(bytes) : null;
}
