/** Brings the codes that people type to one form before anything else looks at them. */

import { randomBase32 } from "./random";
import { plainTyped } from "./typed";

/** 120 bits. OWASP ASVS 6.5.2 allows a plain keyed hash from 112 bits on. */
const BACKUP_CODE_BYTES = 15;

/** What a code of a factor may be. */
export const METHODS = ["totp", "backup_code"] as const;
export type Method = (typeof METHODS)[number];

export type Code =
  | { method: "totp"; digits: string }
  /** 24 Base32 symbols in upper case. */
  | { method: "backup_code"; symbols: string };

/**
 * Brings a code to one form, with whatever punctuation it was typed. Null for a text that is no
 * code. One or two digits before a backup code are its number in a list.
 */
export function normaliseCode(text: string): Code | null {
  const plain = plainTyped(text).replaceAll(/\p{P}/gu, "").toUpperCase();
  if (/^\d{6,8}$/.test(plain)) return { method: "totp", digits: plain };
  const [, typed] = /^\d{0,2}([A-Z0-8]{24})$/.exec(plain) ?? [];
  if (typed === undefined) return null;
  // Base32 (RFC 4648 §6) has none of these digits, so they are misread letters.
  const symbols = typed.replaceAll("0", "O").replaceAll("1", "I").replaceAll("8", "B");
  return { method: "backup_code", symbols };
}

/** Creates a backup code as it is shown: six groups of four symbols, joined by dashes. */
export function createBackupCode(): string {
  return randomBase32(BACKUP_CODE_BYTES).replaceAll(/.{4}(?=.)/g, "$&-");
}
