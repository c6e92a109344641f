/** What every route of the server API declares. */

import { z } from "@hono/zod-openapi";
import { CALL_PROBLEMS } from "../openapi";

/** Any key problem, and whatever stands in front of it. */
export const KEY_PROBLEMS = [...CALL_PROBLEMS, "unauthorized", "insufficient_scope"] as const;

export const BackupCodesLeft = z.object({
  remaining: z.int(),
  warning: z
    .literal("few_left")
    .optional()
    .openapi({ description: "Three or fewer: time for new ones." }),
});

export const security = [{ apiKey: [] }];
