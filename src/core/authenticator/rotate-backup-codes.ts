/** Makes new backup codes for a user who may have used up, lost or shown the old ones. */

import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { Caller } from "../caller/actor";
import { SAME_EPOCH } from "../caller/live";
import { change, type Change } from "../change/change";
import type { IdempotentRequest } from "../change/idempotency";
import type { Proof } from "../change/proof";
import { createBackupCodes, replaceBackupCodes } from "../code/backup-codes";
import { isActive } from "../user/record";

interface Rotation {
  request?: IdempotentRequest | null;
  proof?: Proof | undefined;
}

/**
 * New backup codes end what was minted before them. A user without an active authenticator gets
 * none.
 */
const ROTATE: Change<Rotation, string[]> = change(
  "backup_codes.rotated",
  {
    raisesEpoch: true,
    needsProof: true,
    only: [
      SAME_EPOCH,
      "users.disabled_at IS NULL",
      "EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = users.id AND t.state = 'active')",
    ],
  },
  {
    admit: ({ found }) => {
      if (found.user.disabledAt !== null) throw new Problem("user_disabled");
    },
    plan: async ({ deps, found }) => {
      if (!found.authenticators.some(isActive)) throw new Problem("not_enrolled");
      const { codes, hashes } = await createBackupCodes(deps.keyring, found.user.id);
      const effects = replaceBackupCodes(hashes);
      return { values: {}, effects, resourceId: found.user.id, answer: codes };
    },
    replay: () => {
      throw new Problem("already_created", {
        detail: "Backup codes are shown once. Ask for a new set.",
      });
    },
  },
);

/**
 * Makes a new set that replaces the old one. Throws `not_enrolled`, `user_disabled`, and what a
 * change throws.
 */
export function rotateBackupCodes(
  deps: Deps,
  caller: Caller,
  rotation: Rotation = {},
): Promise<string[]> {
  return ROTATE(deps, caller, rotation);
}
