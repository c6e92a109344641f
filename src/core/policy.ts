/**
 * The policy numbers, each with its source. What an operator may change per app is in
 * `DEFAULT_SETTINGS`, within `SETTINGS_BOUNDS`.
 */

import type { AppSettings } from "../db/schema";

const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

/**
 * RFC 6238 §5.2: at most one step of network delay. NIST SP 800-63B-4 §3.2.2: at most 100 failures.
 */
export const DEFAULT_SETTINGS: AppSettings = {
  window: 1,
  failuresBeforeLock: 5,
  strikeCap: 100,
  allowedOrigins: [],
  registration: "open",
  secondFactor: "optional",
  trustedDevices: false,
  returnUrls: [],
  requireProof: false,
};
export const SETTINGS_BOUNDS = {
  window: { min: 0, max: 2 },
  failuresBeforeLock: { min: 1, max: 10 },
  strikeCap: { min: 10, max: 100 },
  minPasswordLength: { min: 8, max: 64 },
} as const;

/** RFC 4226 R6: at least 128 bits, 160 recommended. */
export const SECRET_BYTES = 20;
export const MIN_SECRET_BYTES = 16;
/** Of secrets that phones have from elsewhere, where whoever imports them says so by name. */
export const MIN_SHORT_SECRET_BYTES = 10;
/** The block of SHA-512: a longer HMAC key adds nothing (RFC 2104 §3). */
export const MAX_SECRET_BYTES = 128;

/** What an authenticator may be told; the defaults are in `crypto/totp.ts`. */
export const TOTP_BOUNDS = { digits: { min: 6, max: 8 }, period: { min: 15, max: 120 } } as const;

/**
 * Of a label: characters, and what they cost percent-encoded. With the longest secret and parameters
 * the URI then has at most 994 characters: a QR code of version 25 with error correction M (the
 * library counts three more than there are, and 997 fit), which is
 * 125 modules wide with its border. Pages show that with three pixels a module.
 */
export const ISSUER_BOUNDS = { length: 64, cost: 192 } as const;
export const ACCOUNT_NAME_BOUNDS = { length: 128, cost: 288 } as const;
/** With the authenticator's own name behind it, which is left at least 43. */
export const LABEL_COST = 336;

export const MAX_AUTHENTICATORS = 5;
export const PENDING_LIFE = 15 * MINUTE;
export const CONFIRM_TRIES = 5;
/** RFC 6238 §6: how far a token's clock is followed, and looked for, in steps. */
export const MAX_DRIFT = 10;

/** NIST SP 800-63B-4 §4.2.1.1 asks for 64 bits; these have 120. */
export const BACKUP_CODES = 10;
/** From here down the answers say that it is time for new ones. */
export const FEW_BACKUP_CODES = 3;

export const CHALLENGE_ATTEMPTS = 5;
export const CHALLENGE_LIFE_SECONDS = { min: 30, default: 300, max: 600 } as const;
export const ASSERTION_LIFE_SECONDS = 120;

/** In which a challenge that was answered for it proves a change of factors. */
export const PROOF_LIFE = 5 * MINUTE;
export const REBIND_LIFE = 10 * MINUTE;
/** To open an enrolment link; and again, once it is open, to finish. */
export const ENROLMENT_LINK_LIFE = 15 * MINUTE;
/** For the back end to fetch what was answered on a hosted page. */
export const CHALLENGE_RESULT_LIFE = 2 * MINUTE;
export const IDEMPOTENCY_LIFE = DAY;

/** Of secrets that callers keep. Above `newPerMinute`, unknown ones are refused. */
export const BARE_SECRETS = {
  life: DAY,
  /** A right code makes a row at once. */
  rowAtFailure: 3,
  /** Half of what the clean-up deletes. */
  newPerMinute: 1000,
} as const;

/** The app to which the users of the user API belong; made by the first migration. */
export const ACCOUNTS_APP = "accounts";

/** NIST SP 800-63B-4 §3.1.1.2: 15 characters where a password is the only factor, 8 beside another. */
export const MIN_PASSWORD_LENGTH = { optional: 15, required: 8 } as const;

/**
 * Wrong passwords. ASVS 6.3.1, without letting a stranger lock the owner out; NIST SP 800-63B-4
 * §3.2.2: at most 100.
 */
export const PASSWORD_GUARDS = {
  address: { limit: 10, life: 15 * MINUTE },
  /** Of an IPv6 /48: fewer in an hour than the account has, so that no one customer closes it. */
  site: { limit: 20, life: 15 * MINUTE },
  account: { limit: 100, life: 60 * MINUTE },
  /** Over all names, so that made-up ones cost a bounded number of rows. */
  network: { limit: 200, life: 15 * MINUTE },
  networkSite: { limit: 400, life: 15 * MINUTE },
  /** Of a browser or an address that has logged in before, once strangers have used up the others. */
  known: { limit: 10, life: 15 * MINUTE },
  knownLong: { limit: 100, life: 30 * DAY },
} as const;
export const KNOWN_BROWSER_LIFE = 365 * DAY;
/** Addresses of one user that have logged in before: the newest. */
export const KNOWN_NETWORKS = 8;
/** Registrations, also such as find their name taken, by address and of IPv6 by /48. */
export const REGISTRATION_GUARDS = {
  network: { limit: 50, life: 60 * MINUTE },
  site: { limit: 100, life: 60 * MINUTE },
} as const;

export const ACCESS_TOKEN_LIFE_SECONDS = 300;
/** NIST SP 800-63B-4 §2.2.3: by assurance level, overall and without use. */
export const SESSION_LIFE = {
  1: { overall: 30 * DAY, idle: 14 * DAY },
  2: { overall: DAY, idle: 60 * MINUTE },
} as const;
/** A session's last use, and the operator's, is noted once in this time. */
export const SESSION_USE_NOTED = 5 * MINUTE;
/** ASVS 7.5.1: what changes factors, e-mail or password, or deletes, needs an authentication this fresh. */
export const FRESH = 5 * MINUTE;
export const TRUSTED_DEVICE_LIFE = 30 * DAY;
/** A sign-in to the console: as a session of level 2, and shorter. */
export const OPERATOR_SESSION_LIFE = { overall: 12 * 60 * MINUTE, idle: 60 * MINUTE } as const;
