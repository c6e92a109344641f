/**
 * How sure we are of who holds a session, and what that is enough for. The user's factors and the
 * app's policy decide that, not the way in which the user logged in.
 */

import { Problem } from "../../problem";
import type { SessionCaller } from "./actor";
import { FRESH } from "../policy";
import { isActive, type UserRecord } from "../user/record";

/** Authenticator assurance level (NIST SP 800-63B): 1 a password, 2 a second factor too. */
export type Aal = 1 | 2;

export interface Assurance {
  aal: Aal;
  /** When the password was last proven, and when a code was, in milliseconds since 1970. */
  passwordAt: number;
  secondFactorAt: number | null;
}

/** When the proof that the assurance level rests on was last given, in seconds since 1970. */
export function authTime({ aal, passwordAt, secondFactorAt }: Assurance): number {
  return Math.floor((aal === 2 ? (secondFactorAt ?? 0) : passwordAt) / 1000);
}

/** Whether this user may do nothing but enrol an authenticator. */
export function isBoundToEnrol({ app, user, authenticators }: UserRecord): boolean {
  if (authenticators.some(isActive)) return false;
  return user.mustRebind || app.settings.secondFactor === "required";
}

/**
 * Throws `rebinding_required` or `enrolment_required` for a user who has to enrol first. If the
 * call needs a fresh authentication, also throws what `assertFresh` throws.
 */
export function assertAssurance(
  record: UserRecord & { session: Assurance },
  caller: SessionCaller,
  now: Date,
): void {
  if (isBoundToEnrol(record) && !caller.enrolment) {
    throw new Problem(record.user.mustRebind ? "rebinding_required" : "enrolment_required");
  }
  if (caller.fresh) assertFresh(record, now);
}

/**
 * Throws `second_factor_required` or `password_required` unless the authentication is fresh (ASVS
 * 7.5.1). A user with a second factor proves themselves by a code, any other user by the password.
 */
export function assertFresh(record: UserRecord & { session: Assurance }, now: Date): void {
  if (isFresh(record, now)) return;
  const hasFactor = record.authenticators.some(isActive);
  throw new Problem(hasFactor ? "second_factor_required" : "password_required");
}

/** Whether that proof was given at most five minutes ago. */
export function isFresh(
  { authenticators, session }: UserRecord & { session: Assurance },
  now: Date,
): boolean {
  const { secondFactorAt, passwordAt } = session;
  const provenAt = authenticators.some(isActive) ? (secondFactorAt ?? 0) : passwordAt;
  return provenAt >= now.getTime() - FRESH;
}
