/** Ends a factor: one authenticator, or the whole second factor at once. */

import { effect } from "../../db/effect";
import type { Deps } from "../../env";
import { isOperator, type Caller, type SessionCaller } from "../caller/actor";
import { NOT_HELD } from "../caller/live";
import { change } from "../change/change";
import { DELETE_AUTHENTICATORS, DELETE_BACKUP_CODES } from "../change/factors";
import type { Proof } from "../change/proof";
import { assertNotHeld } from "../user/guard";
import { findAuthenticator } from "../user/record";

const OWNS_AUTHENTICATOR = `EXISTS (SELECT 1 FROM authenticators t
    WHERE t.id = :authenticatorId AND t.user_id = users.id AND t.state = :state)`;
const DELETE_ONE = effect("DELETE FROM authenticators", "id = :authenticatorId");
/**
 * Deletes the backup codes if no active authenticator is left, because backup codes alone are no
 * factor.
 */
const DELETE_ORPHANED_CODES = effect(
  "DELETE FROM backup_codes",
  `user_id = :userId AND NOT EXISTS (SELECT 1 FROM authenticators t
    WHERE t.user_id = :userId AND t.state = 'active')`,
);

const REMOVE = change(
  "authenticator.removed",
  {
    raisesEpoch: true,
    needsProof: true,
    only: [NOT_HELD, OWNS_AUTHENTICATOR],
    effects: [DELETE_ONE, DELETE_ORPHANED_CODES],
  },
  {
    plan: ({ caller, found }, { authenticatorId, note }: Removal) => {
      const { state } = findAuthenticator(found, authenticatorId);
      if (!isOperator(caller)) assertNotHeld(found.user);
      return {
        values: { authenticatorId, state },
        event: { authenticatorId, note: note ?? null },
        isHarmless: state === "pending",
        answer: undefined,
      };
    },
  },
);

interface Removal {
  authenticatorId: string;
  proof?: Proof | undefined;
  /** Why the operator removes it. */
  note?: string | undefined;
}

/**
 * Removes an authenticator. It may be a pending one, which is no factor yet. With the last active
 * one the backup codes go too. Throws `not_found`, and what a change throws. Also throws
 * `user_disabled`, `locked` (capped) or `rebinding_required`, unless the operator asks, because
 * only the operator may end those.
 */
export function removeAuthenticator(deps: Deps, caller: Caller, removal: Removal): Promise<void> {
  return REMOVE(deps, caller, removal);
}

const DISABLE = change(
  "second_factor.disabled",
  { raisesEpoch: true, only: [NOT_HELD], effects: [DELETE_AUTHENTICATORS, DELETE_BACKUP_CODES] },
  {
    plan: ({ found }) => {
      assertNotHeld(found.user);
      return { values: {}, answer: undefined };
    },
  },
);

/**
 * Removes all of a user's own authenticators at once, including pending ones, and the backup codes.
 * Throws `user_disabled`, `locked` (capped) or `rebinding_required`, and what a change throws.
 */
export function disableSecondFactor(deps: Deps, caller: SessionCaller): Promise<void> {
  return DISABLE(deps, caller, {});
}
