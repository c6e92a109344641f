/** What the calls answer. All moments are `Date`s. */

import { Unavailable } from "./errors.js";
import { flag, inner, instant, maybe, rows, text, texts, whole, word } from "./fields.js";
import type * as shape from "./shapes.js";

/** The app that the key belongs to. */
export interface App {
  readonly id: string;
  readonly name: string;
  /** The name that authenticator apps show. It is not the `iss` of an assertion. */
  readonly issuer: string;
  /** Of the key: `verify`, `enrol`, `users`, `import`. */
  readonly scopes: readonly (shape.Scope | (string & {}))[];
  readonly keyExpiresAt: Date | null;
}

export interface Authenticator {
  readonly id: string;
  readonly name: string | null;
  /** False while its enrolment is pending. */
  readonly active: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** `twoFactor` is the one word to branch on, and `needsCode` does it. */
export interface User {
  readonly appId: string;
  readonly userId: string;
  /** False for somebody whom the app has never named, or has deleted. */
  readonly known: boolean;
  /** Also true while the user is capped, disabled or reset, when no code can be given. */
  readonly twoFactor: boolean;
  readonly authenticators: readonly Authenticator[];
  readonly backupCodesRemaining: number;
  readonly lockedUntil: Date | null;
  readonly capped: boolean;
  readonly rebindingRequired: boolean;
  readonly disabled: boolean;
}

/** A pending authenticator. Its secret is shown only here; it expires after 15 minutes. */
export interface Enrolment {
  readonly status: "pending";
  readonly id: string;
  /** Base32, for those who type. */
  readonly secret: string;
  /** `otpauth://…`, which the QR code says. */
  readonly uri: string;
  /** `png` is a data URI. Show each of the `modules` of a side with three pixels or more. */
  readonly qr: { readonly svg: string; readonly png: string; readonly modules: number };
  readonly expiresAt: Date;
}

/** An authenticator that is active now. */
export interface Confirmation {
  readonly status: "active";
  readonly id: string;
  /** With the user's first authenticator, and shown only here; else empty. */
  readonly backupCodes: readonly string[];
}

/** The code was right, and is spent. A wrong one throws `InvalidCode`. */
export interface Verification {
  readonly method: shape.Method;
  readonly authenticatorId: string | null;
  readonly backupCodesRemaining: number;
}

/** Whose clock is known again. Ask for a code afterwards. */
export interface Resync {
  readonly authenticatorId: string;
}

/** Give the token to the browser. Keep the id, and give it to `verifyAssertion`. */
export interface Challenge {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: Date;
  readonly methods: readonly (shape.Method | (string & {}))[];
}

/** Send the user's browser to `url`. Of a challenge link keep the id, for `redeem`. */
export interface Link {
  readonly id: string;
  readonly url: string;
  readonly expiresAt: Date;
}

/** What the user of a challenge link has proved. */
export interface Redemption {
  readonly id: string;
  readonly userId: string;
  readonly method: shape.Method;
  readonly purpose: string | null;
  readonly assertion: string;
}

const METHODS = ["totp", "backup_code"] as const satisfies readonly shape.Method[];

export function readApp(fields: shape.AppAnswer): App {
  const key = inner(fields, "key");
  return {
    id: text(fields, "id"),
    name: text(fields, "name"),
    issuer: text(fields, "issuer"),
    scopes: texts(key, "scopes"),
    keyExpiresAt: maybe(instant, key, "expiresAt"),
  };
}

export function readUser(fields: shape.UserAnswer): User {
  return {
    appId: text(fields, "appId"),
    userId: text(fields, "userId"),
    known: flag(fields, "known"),
    twoFactor: flag(fields, "twoFactor"),
    authenticators: rows(fields, "authenticators").map(readAuthenticator),
    backupCodesRemaining: whole(inner(fields, "backupCodes"), "remaining"),
    lockedUntil: maybe(instant, fields, "lockedUntil"),
    capped: flag(fields, "capped"),
    rebindingRequired: flag(fields, "rebindingRequired"),
    disabled: flag(fields, "disabled"),
  };
}

function readAuthenticator(fields: shape.AuthenticatorAnswer): Authenticator {
  return {
    id: text(fields, "id"),
    name: maybe(text, fields, "name"),
    active: text(fields, "status") === "active",
    createdAt: instant(fields, "createdAt"),
    lastUsedAt: maybe(instant, fields, "lastUsedAt"),
  };
}

export function readEnrolment(fields: shape.EnrolAnswer): Enrolment {
  if (fields.status !== "pending") throw new Unavailable("The answer is no enrolment.");
  const qr = inner(fields, "qr");
  return {
    status: "pending",
    id: text(fields, "id"),
    secret: text(fields, "secret"),
    uri: text(fields, "uri"),
    qr: { svg: text(qr, "svg"), png: text(qr, "png"), modules: whole(qr, "modules") },
    expiresAt: instant(fields, "expiresAt"),
  };
}

export function readConfirmation(fields: shape.ConfirmAnswer): Confirmation {
  return {
    status: word(fields, "status", ["active"]),
    id: text(fields, "id"),
    backupCodes: maybe(texts, fields, "backupCodes") ?? [],
  };
}

export function readImport(fields: shape.EnrolAnswer): Enrolment | Confirmation {
  return fields.status === "pending" ? readEnrolment(fields) : readConfirmation(fields);
}

export function readVerification(fields: shape.VerifyAnswer & { valid: true }): Verification {
  return {
    method: word(fields, "method", METHODS),
    authenticatorId: maybe(text, fields, "authenticatorId"),
    backupCodesRemaining: whole(inner(fields, "backupCodes"), "remaining"),
  };
}

export function readChallenge(fields: shape.ChallengeAnswer): Challenge {
  return {
    id: text(fields, "id"),
    token: text(fields, "token"),
    expiresAt: instant(fields, "expiresAt"),
    methods: texts(fields, "methods"),
  };
}

export function readLink(fields: shape.LinkAnswer): Link {
  return {
    id: text(fields, "id"),
    url: text(fields, "url"),
    expiresAt: instant(fields, "expiresAt"),
  };
}

export function readRedemption(fields: shape.RedeemAnswer): Redemption {
  return {
    id: text(fields, "id"),
    userId: text(fields, "userId"),
    method: word(fields, "method", METHODS),
    purpose: maybe(text, fields, "purpose"),
    assertion: text(fields, "assertion"),
  };
}
