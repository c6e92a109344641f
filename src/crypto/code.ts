/** The codes people type, brought to one form before anything else looks at them. */

import { randomBase32 } from "./random";
import { plainTyped } from "./typed";

/** 120 bits: OWASP ASVS 6.5.2 allows a plain keyed hash from 112. */
const BACKUP_CODE_BYTES = 15;

export type Code =
  | { method: "totp"; digits: string }
  /** 24 Base32 symbols, upper case. */
  | { method: "backup_code"; symbols: string };

/** In one form however it was typed; null for what has the form of no code. */
export function normaliseCode(text: string): Code | null {
  const plain = plainTyped(text);
  if (/^\d{6,8}$/.test(plain)) return { method: "totp", digits: plain };
  const symbols = plain.toUpperCase();
  return /^[A-Z2-7]{24}$/.test(symbols) ? { method: "backup_code", symbols } : null;
}

/** A new backup code as it is shown: six groups of four symbols, joined by dashes. */
export function createBackupCode(): string {
  return randomBase32(BACKUP_CODE_BYTES).replaceAll(/.{4}(?=.)/g, "$&-");
}
