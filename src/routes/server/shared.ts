/** What every route of the server API declares. */

import { z } from "@hono/zod-openapi";

/** Any key problem, and the limits in front of it. */
export const KEY_PROBLEMS = ["unauthorized", "insufficient_scope", "rate_limited"] as const;

export const BackupCodesLeft = z.object({
  remaining: z.int(),
  warning: z
    .literal("few_left")
    .optional()
    .openapi({ description: "Three or fewer: time for new ones." }),
});

export const security = [{ apiKey: [] }];
