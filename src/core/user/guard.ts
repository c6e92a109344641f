/**
 * The guard: who may try a code at all. One per user, shared by all authenticators and backup codes
 * (RFC 4226 §7.3).
 *
 * Here it is read, to refuse without evaluating anything. It is decided, counted and written in
 * `code/commit.ts` alone.
 */

import { Problem } from "../../problem";

export interface Guard {
  disabledAt: number | null;
  mustRebind: boolean;
  cappedAt: number | null;
  lockedUntil: number | null;
}

/** Throws unless codes of this user may be evaluated now. */
export function assertOpen(guard: Guard, now: Date): void {
  assertNotHeld(guard);
  assertNotLocked(guard, now);
}

/** As `assertOpen`, for enrolling, which is how a reset user comes back. */
export function assertUnlocked(guard: Guard, now: Date): void {
  assertNotHeld({ ...guard, mustRebind: false });
  assertNotLocked(guard, now);
}

/** Throws for what only the operator may end. It does not end by deleting the user either. */
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

/** What a problem says of a lock: when it ends, and how many seconds that is. */
export function tellLock(lockedUntil: Date, now: Date) {
  const extensions = { lockedUntil: lockedUntil.toISOString() };
  return { retryAfter: secondsUntil(lockedUntil, now), extensions };
}

/** What it says of a cap, which has no end that could be told. */
export function tellCap() {
  return { cause: "capped", extensions: { capped: true } };
}

export function secondsUntil(instant: Date, now: Date): number {
  return Math.ceil((instant.getTime() - now.getTime()) / 1000);
}
