/** Switching a user's second factor off: all authenticators at once, and the backup codes with them. */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import type { Actor } from "../caller/actor";
import { record } from "../audit/event";
import { claimBy, commitClaim, LIVE_APP, LIVE_CALLER, NOT_HELD } from "../caller/live";
import { assertNotHeld } from "../user/guard";
import { takeAlong } from "../session/sessions";
import type { UserRecord } from "../user/record";
import { deleteFactors, eventOf } from "../change/users";

const CLAIM = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + 1
  WHERE users.id = :userId AND ${LIVE_APP} AND ${LIVE_CALLER} AND ${NOT_HELD} RETURNING id`);

/** Pending ones too. Throws `user_disabled`, `locked` (capped) or `rebinding_required`. */
export async function disableSecondFactor(
  deps: Deps,
  actor: Actor,
  { app, user }: Pick<UserRecord, "app" | "user">,
): Promise<void> {
  assertNotHeld(user);
  const claim = claimBy(deps, actor, { app, user });
  await commitClaim(deps, [
    CLAIM(deps.db.$client, claim),
    ...deleteFactors(deps, claim),
    ...takeAlong(deps, actor, claim),
    record(deps, eventOf("second_factor.disabled", actor, { app, user }), claim.attempt),
  ]);
}
