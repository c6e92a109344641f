/**
 * Recovers from a clock that was ahead. Every step spent meanwhile lies in the future, and right
 * codes are refused until time has caught up. Whoever unlocks the user ends that knowingly: the
 * codes of those steps are good again, once, when their time comes, even if they were accepted
 * before (SECURITY.md).
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

/**
 * Condition on an authenticator's row: its last spent step is one that a clock which only goes
 * forward cannot have spent.
 */
const IS_AHEAD = `last_step > ${STEP_NOW} + ${WIDEST} + max(0, drift)` as const;

/** Records the reset. It comes before the effect that makes its condition untrue. */
const recordReset = recordedWhere(
  `EXISTS (SELECT 1 FROM authenticators WHERE id = :authenticatorId AND ${IS_AHEAD})`,
);

/**
 * Sets the last spent step to the highest one whose code could be tried by now, so that no code
 * shown so far is good.
 */
const BRING_BACK = effect(
  `UPDATE authenticators SET last_step = ${STEP_NOW} + :window + max(0, drift)`,
  `id = :authenticatorId AND ${IS_AHEAD}`,
);

/** The same condition as `IS_AHEAD`, on an authenticator as read. */
export function isAhead({ lastStep, period, drift }: Ledger, now: Date): boolean {
  return lastStep > timeStep(now, period) + WIDEST + Math.max(0, drift);
}

/** When this authenticator's codes are good again without an unlock. */
export function refusedUntil({ lastStep, period }: Ledger): Date {
  return new Date((lastStep + 1) * period * 1000);
}

/** The effects that bring the last spent steps of these authenticators back. */
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
