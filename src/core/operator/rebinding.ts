/**
 * An operator's reset. The old factors die, the counters start anew, and the user is *unbound*: no
 * code passes and nothing enrols until somebody comes with the one-time token that the reset
 * answered, or by the link that stands for it. The password alone is never enough, and the status
 * keeps saying so.
 */

import { digest } from "../../crypto/keyring";
import { randomBase32 } from "../../crypto/random";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { toAccountName } from "../authenticator/label";
import { isOperator, type Caller, type OperatorCaller } from "../caller/actor";
import { changeOf } from "../change/change";
import { DELETE_AUTHENTICATORS, DELETE_BACKUP_CODES } from "../change/factors";
import type { IdempotentRequest } from "../change/idempotency";
import { linkForRebinding } from "../enrolment-link/link";
import { REBIND_LIFE } from "../policy";
import type { KnownUser } from "../user/record";
import { findUser, type FoundUser } from "./operator";

export interface Reset {
  /** The operator's reason. */
  note: string;
  /**
   * The name that the authenticator app shows if the user comes by the link. If it is left out,
   * `accountNameOf` gives it.
   */
  accountName?: string | undefined;
  request?: IdempotentRequest | null;
}

export interface Rebinding {
  /**
   * A token to give to the user over a channel that proves who they are. Enrolment takes it as
   * `rebindToken`.
   */
  rebindToken: string;
  /** A page on which the user enrols, as an alternative. Using either uses up both. */
  rebindUrl: string;
  expiresAt: Date;
}

/** The name that an authenticator app shows for a user, as far as we know one. */
export function accountNameOf({ account, user }: FoundUser): string {
  return toAccountName(account?.email ?? user.externalId);
}

/** A reset is the only way out of the cap. */
const RESET = changeOf(loadFound)(
  "user.reset",
  {
    raisesEpoch: true,
    set: `must_rebind = 1, rebind_hash = :rebindHash, rebind_expires_at = :rebindExpiresAt,
      failures = 0, locked_until = NULL, strikes = 0, strikes_at = NULL, capped_at = NULL`,
    effects: [DELETE_AUTHENTICATORS, DELETE_BACKUP_CODES],
  },
  {
    plan: async ({ deps, found }, { note, accountName = accountNameOf(found) }: Reset) => {
      const { app, user } = found;
      const rebindToken = randomBase32(20);
      const rebindHash = await digest(deps.keyring, "rebinding", rebindToken);
      const expiresAt = deps.now.getTime() + REBIND_LIFE;
      const link = await linkForRebinding(deps, { app, user, accountName, rebindHash, expiresAt });
      return {
        values: { rebindHash, rebindExpiresAt: expiresAt },
        event: { note },
        effects: link.effects,
        resourceId: user.id,
        answer: { rebindToken, rebindUrl: link.url, expiresAt: new Date(expiresAt) },
      };
    },
    replay: () => {
      throw new Problem("already_created", { detail: "A reset's token is shown once." });
    },
  },
);

/**
 * Resets a user. The token and the link of an earlier reset become worthless. Throws
 * `already_created` for a request that was carried out before, and what a change throws.
 */
export function resetUser(deps: Deps, caller: OperatorCaller, reset: Reset): Promise<Rebinding> {
  return RESET(deps, caller, reset);
}

async function loadFound(deps: Deps, caller: Caller): Promise<KnownUser & FoundUser> {
  if (!isOperator(caller)) throw new Error("not the operator");
  const found = await findUser(deps, caller.userId);
  const { externalId } = found.user;
  return { ...found, scopes: "", externalId, accountName: externalId };
}
