/**
 * After a clock that was ahead: whatever was spent meanwhile is of steps that have not come yet, and
 * every right code is refused until they have. Whoever unlocks the user ends that, knowingly: codes
 * of those steps are good again when their time comes, once, also if they were accepted before
 * (SECURITY.md).
 */

import { timeStep } from "../../crypto/totp";
import { effect, type Effect } from "../../db/effect";
import type { Deps } from "../../env";
import type { Actor } from "../caller/actor";
import { eventOf, recordedWhere } from "../audit/event";
import { STEP_NOW } from "../caller/live";
import { SETTINGS_BOUNDS } from "../policy";
import type { Authenticator, UserRecord } from "../user/record";

type Ledger = Pick<Authenticator, "lastStep" | "period" | "drift">;

const WIDEST = SETTINGS_BOUNDS.window.max;

/** Of an authenticator's row: no clock that goes forward only has spent that step. */
const IS_AHEAD = `last_step > ${STEP_NOW} + ${WIDEST} + max(0, drift)` as const;

/** Before the effect that makes it untrue. */
const recordReset = recordedWhere(
  `EXISTS (SELECT 1 FROM authenticators WHERE id = :authenticatorId AND ${IS_AHEAD})`,
);

/** To the highest step whose code could be tried by now, so that nothing shown before is good. */
const BRING_BACK = effect(
  `UPDATE authenticators SET last_step = ${STEP_NOW} + :window + max(0, drift)`,
  `id = :authenticatorId AND ${IS_AHEAD}`,
);

/** As `IS_AHEAD`. */
export function isAhead({ lastStep, period, drift }: Ledger, now: Date): boolean {
  return lastStep > timeStep(now, period) + WIDEST + Math.max(0, drift);
}

/** When its codes are good again by themselves. */
export function refusedUntil({ lastStep, period }: Ledger): Date {
  return new Date((lastStep + 1) * period * 1000);
}

/** What brings these back. */
export function bringBack(
  deps: Deps,
  actor: Actor,
  { authenticators, ...about }: UserRecord,
): Effect[] {
  const { window } = about.app.settings;
  const event = eventOf("authenticator.step_reset", actor, about);
  return authenticators.flatMap(({ id: authenticatorId }) => [
    recordReset(deps, { ...event, authenticatorId, reason: "clock_went_back" }),
    BRING_BACK({ authenticatorId, window }),
  ]);
}
