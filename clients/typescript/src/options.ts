/** What the calls take beside their main arguments. */

import type { Proof, Visitor } from "./parameters.js";
import type { Algorithm, Encoding } from "./shapes.js";

export interface ForVisitor {
  /** Whom the audit trail names. */
  readonly visitor?: Visitor | undefined;
}

export interface WithProof extends ForVisitor {
  /** Of a factor that the user has already. */
  readonly proof?: Proof | undefined;
}

/** How a new authenticator is shown on the phone. */
export interface Labels {
  /** At most 128 characters. The user's id, if it is left out. */
  readonly accountName?: string | undefined;
  /** At most 64 characters. The app's, if it is left out. */
  readonly issuer?: string | undefined;
  /** Of the authenticator, at most 64 characters: `work phone`. */
  readonly name?: string | undefined;
}

export interface EnrolOptions extends WithProof, Labels {
  /** Of an operator's reset. */
  readonly rebindToken?: string | undefined;
}

/** A secret that the phone has already, and at most one of `code` and `active`. */
export interface ImportOptions extends EnrolOptions {
  readonly secret: string;
  /** `base32`, if it is left out. */
  readonly encoding?: Encoding | undefined;
  /** What the user has just typed. It proves the secret, and is spent. */
  readonly code?: string | undefined;
  /** You vouch for the secret. */
  readonly active?: boolean | undefined;
  /** Ten of them, if it is the user's first factor. */
  readonly backupCodes?: boolean | undefined;
  /** Accept a secret of 80 to 127 bits. */
  readonly allowShort?: boolean | undefined;
  readonly algorithm?: Algorithm | undefined;
  /** 6 to 8. */
  readonly digits?: number | undefined;
  /** In seconds, 15 to 120. */
  readonly period?: number | undefined;
  /** With `active`: by how many steps the phone's clock is off, -10 to 10. */
  readonly drift?: number | undefined;
  /** With `active`: the step of the last code that was accepted elsewhere. */
  readonly lastStep?: number | undefined;
}

export interface ChallengeOptions extends ForVisitor {
  /** What the code is for, such as `login`. It has to be the same when the answer is checked. */
  readonly purpose?: string | undefined;
  /** 30 to 600; 300, if it is left out. */
  readonly ttlSeconds?: number | undefined;
}

export interface ChallengeLinkOptions extends ChallengeOptions {
  /** One of the app's `returnUrls`. */
  readonly returnUrl: string;
  /** What the page says in place of `purpose`, in the user's language. */
  readonly displayText?: string | undefined;
}

export interface EnrolmentLinkOptions extends ForVisitor {
  readonly accountName: string;
  /** One of the app's `returnUrls`. */
  readonly returnUrl?: string | undefined;
}

/** What was asked for, as your back end remembers it. */
export interface AskedFor {
  readonly challengeId: string;
  readonly purpose?: string | undefined;
}
