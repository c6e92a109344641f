/** Ends a lock before its time. */

import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { Caller } from "../caller/actor";
import { bringBack, isAhead } from "../code/steps-ahead";
import { change } from "./change";

const UNLOCK = change(
  "user.unlocked",
  { set: "failures = 0, locked_until = NULL", only: ["users.capped_at IS NULL"] },
  {
    plan: ({ deps, actor, found }, { note = null }: { note?: string | null }) => {
      if (found.user.cappedAt !== null) {
        throw new Problem("locked", {
          detail: "The user is capped: only an operator's reset ends that.",
        });
      }
      const ahead = found.authenticators.filter((one) => isAhead(one, deps.now));
      return {
        values: {},
        event: { note },
        effects: bringBack(deps, actor, { ...found, authenticators: ahead }),
        answer: ahead.map(({ id }) => id),
      };
    },
  },
);

/**
 * Ends a lock, and makes steps usable again that were spent while a clock was ahead
 * (`code/steps-ahead.ts`). Answers the ids of the authenticators concerned. It does not end a cap:
 * throws `locked` for it. Otherwise throws what a change throws.
 */
export function unlockUser(
  deps: Deps,
  caller: Caller,
  input: { note?: string | null } = {},
): Promise<string[]> {
  return UNLOCK(deps, caller, input);
}
