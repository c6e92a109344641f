/**
 * The guard: who may try a code at all. One per user, shared by all authenticators and backup codes
 * (RFC 4226 §7.3).
 *
 * Here it is read, to refuse without evaluating anything. It is decided, counted and written in
 * `commit.ts` alone.
 */

import { Problem } from "../problem";

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
  // A cap has no end that could be told.
  if (cappedAt !== null) throw new Problem("locked", { cause: "capped" });
  if (mustRebind) throw new Problem("rebinding_required");
}

function assertNotLocked({ lockedUntil }: Guard, now: Date): void {
  const wait = (lockedUntil ?? 0) - now.getTime();
  if (wait > 0) throw new Problem("locked", { retryAfter: Math.ceil(wait / 1000) });
}
