/**
 * The policy numbers, each with its source. What an operator may change per app is in
 * `DEFAULT_SETTINGS`, within `SETTINGS_BOUNDS`.
 */

import type { AppSettings } from "../db/schema";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

/**
 * RFC 6238 §5.2: at most one step of network delay. NIST SP 800-63B-4 §3.2.2: at most 100 failures.
 */
export const DEFAULT_SETTINGS: AppSettings = {
  window: 1,
  failuresBeforeLock: 5,
  strikeCap: 100,
  allowedOrigins: [],
};
export const SETTINGS_BOUNDS = {
  window: { min: 0, max: 2 },
  failuresBeforeLock: { min: 1, max: 10 },
  strikeCap: { min: 10, max: 100 },
} as const;

/** RFC 4226 R6: at least 128 bits, 160 recommended. */
export const SECRET_BYTES = 20;
export const MIN_SECRET_BYTES = 16;
/** The block of SHA-512: a longer HMAC key adds nothing (RFC 2104 §3). */
export const MAX_SECRET_BYTES = 128;

/** Characters, so that the longest URI still fits a QR code. */
export const MAX_ISSUER = 64;
export const MAX_ACCOUNT_NAME = 128;

export const MAX_AUTHENTICATORS = 5;
export const PENDING_LIFE = 15 * MINUTE;
export const CONFIRM_TRIES = 5;
/** At confirmation only: how far a phone's clock is looked for, in steps. */
export const SKEW_SEARCH = 10;

/** NIST SP 800-63B-4 §4.2.1.1 asks for 64 bits; these have 120. */
export const BACKUP_CODES = 10;
/** From here down the answers say that it is time for new ones. */
export const FEW_BACKUP_CODES = 3;

export const CHALLENGE_ATTEMPTS = 5;
export const CHALLENGE_LIFE_SECONDS = { min: 30, default: 300, max: 600 } as const;
export const ASSERTION_LIFE_SECONDS = 120;

export const REBIND_LIFE = 10 * MINUTE;
export const IDEMPOTENCY_LIFE = DAY;
