/**
 * Challenge tokens: sealed and self-contained, so that one can be answered when KV has never heard
 * of it. A token is good for nothing else: its context names what it is, and its kind says where it
 * may be answered.
 */

import { open, seal, type Keyring } from "../../crypto/keyring";
import type { Account } from "../user/account";

/**
 * `login` only after a password, `server` over the server API, `link` for hosted pages: none passes
 * for another.
 */
export type ChallengeKind = "login" | "server" | "link";

/** The purpose of a challenge whose answer proves a change of factors (`change/proof.ts`). */
export const FACTOR_CHANGE = "factor_change";

export interface ChallengeClaims {
  id: string;
  kind: ChallengeKind;
  appId: string;
  appEpoch: number;
  userId: string;
  externalId: string;
  userEpoch: number;
  /** The key that made it, and with which it dies. */
  keyId: string | null;
  /** For the hint that a code is spent. */
  authenticatorIds: string[];
  /** For the page that asks for a code. */
  codeLengths: number[];
  purpose: string | null;
  /** Of a log-in: who it is, and when they gave the password. */
  login?: { profile: Account; createdAt: number; passwordAt: number; trustedDevices: boolean };
  /** Of a hosted page: in whose name it speaks, and where it leads back to. */
  page?: { name: string; issuer: string; returnUrl: string };
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

const PREFIX = "sgc_";
const CONTEXT = "challenge-token";

export async function sealToken(keyring: Keyring, claims: ChallengeClaims): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  return PREFIX + (await seal(keyring, bytes, CONTEXT));
}

/** Null for what is no token of ours. Expiry and kind are the caller's to check. */
export async function openToken(keyring: Keyring, token: string): Promise<ChallengeClaims | null> {
  if (!token.startsWith(PREFIX)) return null;
  try {
    const bytes = await open(keyring, token.slice(PREFIX.length), CONTEXT);
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
