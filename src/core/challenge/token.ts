/**
 * Challenge tokens. They are sealed and self-contained, so that one can be answered even if KV has
 * never heard of it. A token is good for nothing else: its context names what it is, and its kind
 * says where it may be answered.
 */

import type { Method } from "../../crypto/code";
import { open, seal, type Keyring } from "../../crypto/keyring";
import type { Account } from "../user/account";

/**
 * A `login` challenge follows a password, a `server` challenge comes from the server API, and a
 * `link` challenge is for hosted pages. None passes for another.
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
  /** The key that made the challenge. The challenge ends with it. */
  keyId: string | null;
  /** Used to ask KV whether a code is spent. */
  authenticatorIds: string[];
  /** Used by the page that asks for a code. */
  codeLengths: number[];
  /** The only kinds of code that are accepted, if the app's hook says so. If left out, all are. */
  methods?: Method[];
  purpose: string | null;
  /** What a page of ours says in place of the purpose. The assertion does not repeat it. */
  displayText?: string;
  /** For a login: who it is, when they gave the password, and whether devices may be trusted. */
  login?: {
    profile: Account;
    createdAt: number;
    passwordAt: number;
    trustedDevices: boolean;
    /** From a browser and a network that had not been used for it. */
    fromNewPlace: boolean;
  };
  /** For a hosted page: where it leads back to. */
  page?: { returnUrl: string };
  /** Milliseconds since 1970. */
  expiresAt: number;
}

const PREFIX = "sgc_";
const CONTEXT = "challenge-token";

export async function sealToken(keyring: Keyring, claims: ChallengeClaims): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  return PREFIX + (await seal(keyring, bytes, CONTEXT));
}

/** Opens a token. Null if it is none of ours. The caller checks expiry and kind. */
export async function openToken(keyring: Keyring, token: string): Promise<ChallengeClaims | null> {
  if (!token.startsWith(PREFIX)) return null;
  try {
    const bytes = await open(keyring, token.slice(PREFIX.length), CONTEXT);
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
