/**
 * After a clock that was ahead: whatever was spent meanwhile is of steps that have not come yet, and
 * every right code is refused until they have. Whoever unlocks the user ends that, knowingly: codes
 * of those steps are good again when their time comes, once, also if they were accepted before
 * (SECURITY.md).
 */

import { timeStep } from "../../crypto/totp";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import type { Actor } from "../caller/actor";
import { recordWhere } from "../audit/event";
import { CLAIMED, STEP_NOW, type Mark } from "../caller/live";
import { SETTINGS_BOUNDS } from "../policy";
import type { Authenticator, UserRecord } from "../user/record";

type Ledger = Pick<Authenticator, "lastStep" | "period" | "drift">;

const WIDEST = SETTINGS_BOUNDS.window.max;

/** Of an authenticator's row: no clock that goes forward only has spent that step. */
const IS_AHEAD = `last_step > ${STEP_NOW} + ${WIDEST} + max(0, drift)`;

/** Before the statement that makes it untrue. */
const recordReset = recordWhere(
  `${CLAIMED} AND EXISTS (SELECT 1 FROM authenticators WHERE id = :authenticatorId AND ${IS_AHEAD})`,
);

/** To the highest step whose code could be tried by now, so that nothing shown before is good. */
const BRING_BACK = statement(`
  UPDATE authenticators SET last_step = ${STEP_NOW} + :window + max(0, drift)
  WHERE id = :authenticatorId AND ${IS_AHEAD} AND ${CLAIMED}`);

/** As `IS_AHEAD`. */
export function isAhead({ lastStep, period, drift }: Ledger, now: Date): boolean {
  return lastStep > timeStep(now, period) + WIDEST + Math.max(0, drift);
}

/** When its codes are good again by themselves. */
export function refusedUntil({ lastStep, period }: Ledger): Date {
  return new Date((lastStep + 1) * period * 1000);
}

/** The statements that bring these back, if the attempt's change took place. */
export function bringBack(
  deps: Deps,
  actor: Actor,
  { app, user, authenticators }: UserRecord,
  { userId, attempt }: Mark,
): D1PreparedStatement[] {
  const { window } = app.settings;
  return authenticators.flatMap(({ id: authenticatorId }) => {
    const about = { appId: app.id, userId: user.id, authenticatorId, reason: "clock_went_back" };
    const event = { type: "authenticator.step_reset", actor: actor.name, ...about } as const;
    const values = { userId, attempt, authenticatorId, window, now: deps.now.getTime() };
    return [recordReset(deps, event, { attempt }), BRING_BACK(deps.db.$client, values)];
  });
}
