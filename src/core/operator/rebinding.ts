/**
 * An operator's reset: the old factors die, the counters start anew, and the user is *unbound*: no
 * code passes and nothing enrols until somebody comes with the one-time token that the reset
 * answered, or by the link that stands for it. The password alone is never enough, and the status
 * goes on saying so.
 */

import { digest } from "../../crypto/keyring";
import { randomBase32 } from "../../crypto/random";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { OPERATOR } from "../caller/actor";
import { record } from "../audit/event";
import { claimBy, commitClaim, LIVE_APP } from "../caller/live";
import { once, type IdempotentRequest, type Remember } from "../change/idempotency";
import { linkForRebinding } from "../enrolment-link/links";
import { toAccountName } from "../authenticator/label";
import type { FoundUser } from "./operator";
import { REBIND_LIFE } from "../policy";
import { deleteFactors, eventOf } from "../change/users";

export interface Reset {
  /** The operator's reason. */
  note: string;
  /** Shown in the authenticator app of who comes by the link; left out, `accountNameOf` says. */
  accountName?: string | undefined;
  request?: IdempotentRequest | null;
}

export interface Rebinding {
  /**
   * Give it to the user over a channel that proves who they are; enrolment takes it as
   * `rebindToken`.
   */
  rebindToken: string;
  /** Or this, to a page where they enrol. Either uses up both. */
  rebindUrl: string;
  expiresAt: Date;
}

const CLAIM_RESET = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + 1, must_rebind = 1,
    rebind_hash = :rebindHash, rebind_expires_at = :rebindExpiresAt,
    failures = 0, locked_until = NULL, strikes = 0, strikes_at = NULL, capped_at = NULL
  WHERE users.id = :userId AND ${LIVE_APP} RETURNING id`);

/** What an authenticator app shows for a user, as far as we know. */
export function accountNameOf({ account, user }: FoundUser): string {
  return toAccountName(account?.email ?? user.externalId);
}

/**
 * The only way out of the cap. Another reset makes token and link of the last one worthless. Throws
 * `already_created` for a request that was carried out before.
 */
export function resetUser(
  deps: Deps,
  found: FoundUser,
  { request = null, ...terms }: Reset,
): Promise<Rebinding> {
  return once(
    deps,
    { scope: "admin", request },
    (remember) => reset(deps, found, terms, remember),
    () => {
      throw new Problem("already_created", { detail: "A reset's token is shown once." });
    },
  );
}

async function reset(
  deps: Deps,
  found: FoundUser,
  { note, accountName = accountNameOf(found) }: Omit<Reset, "request">,
  remember: Remember,
): Promise<Rebinding> {
  const { app, user } = found;
  const rebindToken = randomBase32(20);
  const claim = claimBy(deps, OPERATOR, { app, user });
  const expiresAt = claim.now + REBIND_LIFE;
  const rebindHash = await digest(deps.keyring, "rebinding", rebindToken);
  const link = await linkForRebinding(deps, { app, user, accountName, rebindHash, expiresAt });
  await commitClaim(deps, [
    CLAIM_RESET(deps.db.$client, { ...claim, rebindHash, rebindExpiresAt: expiresAt }),
    ...deleteFactors(deps, claim),
    record(deps, { ...eventOf("user.reset", OPERATOR, { app, user }), note }, claim.attempt),
    ...link.sequel(claim),
    ...remember(user.id, claim),
  ]);
  return { rebindToken, rebindUrl: link.url, expiresAt: new Date(expiresAt) };
}
