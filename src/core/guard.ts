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
  assertUnlocked(guard, now);
  if (guard.mustRebind) throw new Problem("rebinding_required");
}

/** As `assertOpen`, for enrolling, which is how a reset user comes back. */
export function assertUnlocked(guard: Guard, now: Date): void {
  if (guard.disabledAt !== null) throw new Problem("user_disabled");
  // A cap has no end that could be told: an operator's reset ends it.
  if (guard.cappedAt !== null) throw new Problem("locked", { cause: "capped" });
  const wait = (guard.lockedUntil ?? 0) - now.getTime();
  if (wait > 0) throw new Problem("locked", { retryAfter: Math.ceil(wait / 1000) });
}
