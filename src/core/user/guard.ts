/**
 * The guard says who may try a code at all. Each user has one, shared by all authenticators and
 * backup codes (RFC 4226 §7.3).
 *
 * This module only reads the guard, to refuse without evaluating anything. Attempts are decided and
 * counted in `code/commit.ts` alone.
 */

import { Problem } from "../../problem";

export interface Guard {
  disabledAt: number | null;
  mustRebind: boolean;
  cappedAt: number | null;
  lockedUntil: number | null;
}

/**
 * Throws `user_disabled`, `locked` or `rebinding_required` unless this user's codes may be
 * evaluated now.
 */
export function assertOpen(guard: Guard, now: Date): void {
  assertNotHeld(guard);
  assertNotLocked(guard, now);
}

/** Throws like `assertOpen`, but admits a user who was reset: enrolling is how they come back. */
export function assertUnlocked(guard: Guard, now: Date): void {
  assertNotHeld({ ...guard, mustRebind: false });
  assertNotLocked(guard, now);
}

/**
 * Throws for a state that only the operator may end: disabled, capped or reset. Deleting the user
 * must not end it either, unless the operator deletes them.
 */
export function assertNotHeld({
  disabledAt,
  cappedAt,
  mustRebind,
}: Omit<Guard, "lockedUntil">): void {
  if (disabledAt !== null) throw new Problem("user_disabled");
  if (cappedAt !== null) throw new Problem("locked", tellCap());
  if (mustRebind) throw new Problem("rebinding_required");
}

function assertNotLocked({ lockedUntil }: Guard, now: Date): void {
  if (lockedUntil !== null && lockedUntil > now.getTime()) {
    throw new Problem("locked", tellLock(new Date(lockedUntil), now));
  }
}

/** The members of a problem that describe a lock: when it ends, and in how many seconds. */
export function tellLock(lockedUntil: Date, now: Date) {
  const extensions = { lockedUntil: lockedUntil.toISOString() };
  return { retryAfter: secondsUntil(lockedUntil, now), extensions };
}

/** The members of a problem that describe a cap, which has no end to tell. */
export function tellCap() {
  return { cause: "capped", extensions: { capped: true } };
}

export function secondsUntil(instant: Date, now: Date): number {
  return Math.ceil((instant.getTime() - now.getTime()) / 1000);
}
