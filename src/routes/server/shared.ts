/** What every route of the server API declares. */

import { z } from "@hono/zod-openapi";
import { CALL_PROBLEMS, json } from "../openapi";

/** Any key problem, and whatever stands in front of it. */
export const KEY_PROBLEMS = [...CALL_PROBLEMS, "unauthorized", "insufficient_scope"] as const;

export const BackupCodesLeft = z.object({
  remaining: z.int(),
  warning: z
    .literal("few_left")
    .optional()
    .openapi({ description: "Three or fewer: time for new ones." }),
});

export const UNLOCKS_STEPS =
  "Where the service's clock was ahead and has been set back, it also ends that every code is refused (`refusedUntil` of an authenticator), and names whose: " +
  "codes up to the present ones stay spent, those of later steps are good when their time comes, also one that was accepted while the clock was ahead.";

export const Unlocked = json(
  "Done, and the spent steps of these authenticators are no longer ahead",
  z.object({ broughtBack: z.array(z.string()) }),
);

export const security = [{ apiKey: [] }];
