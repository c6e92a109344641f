/**
 * How sure one may be of who holds a session, and what that is enough for. The user's factors and
 * the app's policy decide, not the way they logged in.
 */

import { Problem } from "../../problem";
import type { SessionCaller } from "./actor";
import { FRESH } from "../policy";
import { isActive, type UserRecord } from "../user/record";

/** Authenticator assurance level (NIST SP 800-63B): 1 a password, 2 a second factor too. */
export type Aal = 1 | 2;

export interface Assurance {
  aal: Aal;
  /** Milliseconds since the epoch: when the password was last proven, and when a code. */
  passwordAt: number;
  secondFactorAt: number | null;
}

/** In seconds: when what the level rests on was last proven. */
export function authTime({ aal, passwordAt, secondFactorAt }: Assurance): number {
  return Math.floor((aal === 2 ? (secondFactorAt ?? 0) : passwordAt) / 1000);
}

/** Whether the session's user can do nothing but enrol an authenticator. */
export function isBoundToEnrol({ app, user, authenticators }: UserRecord): boolean {
  if (authenticators.some(isActive)) return false;
  return user.mustRebind || app.settings.secondFactor === "required";
}

/**
 * Throws `rebinding_required` or `enrolment_required` for a user who has to enrol first, and, where
 * the call needs it fresh, `second_factor_required` or `password_required`.
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

/** ASVS 7.5.1: a code, or of a user without a second factor the password. */
export function assertFresh(record: UserRecord & { session: Assurance }, now: Date): void {
  if (isFresh(record, now)) return;
  const hasFactor = record.authenticators.some(isActive);
  throw new Problem(hasFactor ? "second_factor_required" : "password_required");
}

/** Whether that was given less than five minutes ago. */
export function isFresh(
  { authenticators, session }: UserRecord & { session: Assurance },
  now: Date,
): boolean {
  const { secondFactorAt, passwordAt } = session;
  const provenAt = authenticators.some(isActive) ? (secondFactorAt ?? 0) : passwordAt;
  return provenAt >= now.getTime() - FRESH;
}
