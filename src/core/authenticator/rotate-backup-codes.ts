/** New backup codes for a user who may have used up, lost or shown the old ones. */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { actorOf, type Caller } from "../caller/actor";
import { record } from "../audit/event";
import { createBackupCodes, replaceBackupCodes } from "../code/backup-codes";
import { claimBy, LIVE_APP, LIVE_CALLER, PROVEN, SAME_EPOCH } from "../caller/live";
import { once, scopeOf, type IdempotentRequest, type Remember } from "../change/idempotency";
import { loadKnownUser } from "../caller/load";
import { commitProven, type Proof } from "../change/proof";
import { takeAlong } from "../session/sessions";
import { isActive, type UserRecord } from "../user/record";

/**
 * New backup codes end what was minted before them; a user without an active authenticator gets
 * none.
 */
const CLAIM_ROTATION = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + 1
  WHERE users.id = :userId AND ${SAME_EPOCH} AND users.disabled_at IS NULL AND ${LIVE_APP} AND ${LIVE_CALLER}
    AND ${PROVEN}
    AND EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = users.id AND t.state = 'active')
  RETURNING id`);

/**
 * A new set in the place of the old one. Throws `not_found`, `not_enrolled`, `user_disabled`, and what
 * `commitProven` throws.
 */
export async function rotateBackupCodes(
  deps: Deps,
  caller: Caller,
  { request = null, proof }: { request?: IdempotentRequest | null; proof?: Proof | undefined } = {},
): Promise<string[]> {
  const loaded = await loadKnownUser(deps, caller);
  if (loaded.user.disabledAt !== null) throw new Problem("user_disabled");
  return once(
    deps,
    { scope: scopeOf(caller, loaded.app, loaded.user), request },
    (remember) => rotate(deps, caller, loaded, { remember, proof }),
    () => {
      throw new Problem("already_created", {
        detail: "Backup codes are shown once. Ask for a new set.",
      });
    },
  );
}

async function rotate(
  deps: Deps,
  caller: Caller,
  found: UserRecord,
  { remember, proof }: { remember: Remember; proof: Proof | undefined },
): Promise<string[]> {
  const { app, user } = found;
  if (!found.authenticators.some(isActive)) throw new Problem("not_enrolled");
  const { codes, hashes } = await createBackupCodes(deps.keyring, user.id);
  const actor = actorOf(caller);
  const claim = claimBy(deps, actor, { app, user });
  const { userId, attempt } = claim;
  const event = { type: "backup_codes.rotated", actor: actor.name, appId: app.id, userId } as const;
  const isDone = await commitProven(deps, found, {
    actor,
    proof,
    mark: claim,
    statements: (proven) => [
      CLAIM_ROTATION(deps.db.$client, { ...claim, ...proven }),
      ...replaceBackupCodes(deps, { userId, attempt, hashes }),
      ...takeAlong(deps, actor, claim),
      record(deps, event, attempt),
      ...remember(user.id, { userId, attempt }),
    ],
  });
  if (!isDone) throw new Problem("conflict");
  return codes;
}
