/** Gives an authenticator another name. */

import { effect } from "../../db/effect";
import type { Deps } from "../../env";
import type { Caller } from "../caller/actor";
import { change } from "../change/change";
import { findAuthenticator } from "../user/record";
import { toAuthenticatorStatus, type AuthenticatorStatus } from "./status";

const RENAME = change(
  "authenticator.renamed",
  {
    effects: [
      effect(
        "UPDATE authenticators SET name = :name",
        "id = :authenticatorId AND user_id = :userId",
      ),
    ],
  },
  {
    plan: (
      { deps, found },
      { authenticatorId, name }: { authenticatorId: string; name: string },
    ) => {
      const known = findAuthenticator(found, authenticatorId);
      return {
        values: { authenticatorId, name },
        event: { authenticatorId },
        answer: toAuthenticatorStatus({ ...known, name }, deps.now),
      };
    },
  },
);

/**
 * Renames an authenticator and answers it with its new name. Throws `not_found`, and what a change
 * throws.
 */
export function renameAuthenticator(
  deps: Deps,
  caller: Caller,
  input: { authenticatorId: string; name: string },
): Promise<AuthenticatorStatus> {
  return RENAME(deps, caller, input);
}
