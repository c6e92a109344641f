/**
 * The numbers of the policy, each with its source. Those that an operator may change per app are in
 * `DEFAULT_SETTINGS`, within `SETTINGS_BOUNDS`.
 */

import type { AppSettings } from "../db/app-schema";

export { LANGUAGES, type Language } from "../db/account-schema";
export { REGIONS, type Region } from "../db/app-schema";

const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

/**
 * RFC 6238 §5.2 allows at most one step for network delay. NIST SP 800-63B-4 §3.2.2 allows at most
 * 100 failures.
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

/** What a logo may be as it is sent. PNG and SVG are vetted in `core/app/logo-*.ts`. */
export const LOGO_BOUNDS = {
  bytes: 64 * 1024,
  /** Of a PNG, on either side. */
  pixels: 512,
  svgBytes: 32 * 1024,
  /** A browser draws so many elements without being noticed. Every reference counts anew. */
  svgElements: 2000,
  /** How deep elements may be in each other, or refer to each other. */
  svgLevels: 100,
  svgDrawnElements: 100_000,
  svgUnits: 100_000,
} as const;

/** For how long the log of deliveries to webhooks is kept. */
export const DELIVERIES_KEPT = 7 * DAY;

/** A user is told of one kind of thing once in this time. */
export const NOTICE_PAUSE = 60 * MINUTE;
/** For so long a notice is tried. It stays a little longer, so that the next one knows of it. */
export const NOTICES_TRIED_FOR = DAY;
export const NOTICES_KEPT = 2 * DAY;

/** A code from a mail: NIST SP 800-63B-4 §3.1.3.1 asks for six digits. */
export const MAIL_CODE_DIGITS = 8;
export const MAIL_CODE_LIFE = 15 * MINUTE;
export const MAIL_CODE_TRIES = 5;
/** Limits for codes that somebody has sent: for one account, and from one address (IPv6: also by /48). */
export const MAIL_CODE_GUARDS = {
  name: { limit: 5, life: 60 * MINUTE },
  network: { limit: 20, life: 60 * MINUTE },
  site: { limit: 40, life: 60 * MINUTE },
} as const;

/** RFC 4226 R6 requires 128 bits and recommends 160. */
export const SECRET_BYTES = 20;
export const MIN_SECRET_BYTES = 16;
/**
 * The least for a secret that a phone has from elsewhere, if whoever imports it explicitly allows
 * short ones.
 */
export const MIN_SHORT_SECRET_BYTES = 10;
/** The block size of SHA-512. A longer HMAC key adds nothing (RFC 2104 §3). */
export const MAX_SECRET_BYTES = 128;

/** The bounds of an authenticator's parameters. Their defaults are in `crypto/totp.ts`. */
export const TOTP_BOUNDS = { digits: { min: 6, max: 8 }, period: { min: 15, max: 120 } } as const;

/**
 * The bounds of the parts of a label: how many characters there may be, and how many there may be
 * after percent-encoding. With the longest secret and parameters the URI then has at most 994
 * characters. That fits a QR code of version 25 with error correction M, which holds 997 (the
 * library counts three characters more than there are). Such a code is 125 modules wide with its
 * border, and pages show it with three pixels a module.
 */
export const ISSUER_BOUNDS = { length: 64, cost: 192 } as const;
export const ACCOUNT_NAME_BOUNDS = { length: 128, cost: 288 } as const;
/**
 * The bound of an account name together with the authenticator's own name, which is left at least
 * 43.
 */
export const LABEL_COST = 336;

export const MAX_AUTHENTICATORS = 5;
export const PENDING_LIFE = 15 * MINUTE;
export const CONFIRM_TRIES = 5;
/** How many steps a token's clock is followed, and how far it is looked for (RFC 6238 §6). */
export const MAX_DRIFT = 10;

/** NIST SP 800-63B-4 §4.2.1.1 asks for 64 bits a code. These have 120. */
export const BACKUP_CODES = 10;
/** With this many or fewer left, answers say that it is time for new ones. */
export const FEW_BACKUP_CODES = 3;

export const CHALLENGE_ATTEMPTS = 5;
export const CHALLENGE_LIFE_SECONDS = { min: 30, default: 300, max: 600 } as const;
export const ASSERTION_LIFE_SECONDS = 120;

/** How long an answered challenge may prove a change of factors. */
export const PROOF_LIFE = 5 * MINUTE;
export const REBIND_LIFE = 10 * MINUTE;
/** How long there is to open an enrolment link, and again to finish once it is open. */
export const ENROLMENT_LINK_LIFE = 15 * MINUTE;
/** How long the back end may fetch the result of a challenge that was answered on a hosted page. */
export const CHALLENGE_RESULT_LIFE = 2 * MINUTE;
export const IDEMPOTENCY_LIFE = DAY;

/**
 * For secrets that callers keep. Above `newPerMinute` new rows a minute, codes of secrets without a
 * row are refused.
 */
export const BARE_SECRETS = {
  life: DAY,
  /** A right code makes a row at once. */
  rowAtFailure: 3,
  /** Half of what the clean-up deletes. */
  newPerMinute: 1000,
} as const;

/** The app that the users of the user API belong to. The first migration creates it. */
export const ACCOUNTS_APP = "accounts";

/**
 * NIST SP 800-63B-4 §3.1.1.2: 15 characters if a password is the only factor, 8 beside a second
 * one.
 */
export const MIN_PASSWORD_LENGTH = { optional: 15, required: 8 } as const;

/**
 * Limits for wrong passwords. They follow ASVS 6.3.1 without letting a stranger lock the owner out,
 * and NIST SP 800-63B-4 §3.2.2, which allows at most 100.
 */
export const PASSWORD_GUARDS = {
  address: { limit: 10, life: 15 * MINUTE },
  /**
   * Counted by IPv6 /48. It is fewer in an hour than the account's limit, so that no single
   * customer of a network can use that up.
   */
  site: { limit: 20, life: 15 * MINUTE },
  account: { limit: 100, life: 60 * MINUTE },
  /** Counted over all names, so that made-up names cost a bounded number of rows. */
  network: { limit: 200, life: 15 * MINUTE },
  networkSite: { limit: 400, life: 15 * MINUTE },
  /**
   * For a browser or an address that has logged in before. It counts once strangers have used up
   * the other limits.
   */
  known: { limit: 10, life: 15 * MINUTE },
  knownLong: { limit: 100, life: 30 * DAY },
} as const;
export const KNOWN_BROWSER_LIFE = 365 * DAY;
/** How many addresses that a user has logged in from are remembered. The newest ones are. */
export const KNOWN_NETWORKS = 8;
/**
 * Limits for registrations, including those that find their name taken. They are counted by
 * address, and for IPv6 also by /48.
 */
export const REGISTRATION_GUARDS = {
  network: { limit: 50, life: 60 * MINUTE },
  site: { limit: 100, life: 60 * MINUTE },
} as const;

export const ACCESS_TOKEN_LIFE_SECONDS = 300;
/**
 * How long a session lasts by assurance level: overall, and when unused (NIST SP 800-63B-4 §2.2.3).
 */
export const SESSION_LIFE = {
  1: { overall: 30 * DAY, idle: 14 * DAY },
  2: { overall: DAY, idle: 60 * MINUTE },
} as const;
/** The last use of a session, or of the operator's sign-in, is noted once in this time. */
export const SESSION_USE_NOTED = 5 * MINUTE;
/**
 * Changes to factors, e-mail address or password, and deletions need an authentication this fresh
 * (ASVS 7.5.1).
 */
export const FRESH = 5 * MINUTE;
export const TRUSTED_DEVICE_LIFE = 30 * DAY;
/** How far back users see what happened in their account. */
export const ACTIVITY_SHOWN = 90 * DAY;
/** How long a sign-in to the console lasts: like a session of level 2, but shorter overall. */
export const OPERATOR_SESSION_LIFE = { overall: 12 * 60 * MINUTE, idle: 60 * MINUTE } as const;
