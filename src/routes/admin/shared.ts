/** What the routes of the admin API share. */

import { z } from "@hono/zod-openapi";
import { line } from "../fields";
import { CALL_PROBLEMS } from "../openapi";

export const ADMIN_PROBLEMS = [...CALL_PROBLEMS, "unauthorized", "invalid_request"] as const;

export const security = [{ adminToken: [] }];

export const ListingQuery = z.strictObject({
  cursor: z
    .string()
    .regex(/^\d{1,16}$/)
    .optional()
    .openapi({ description: "`nextCursor` of the previous page." }),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

export function listing<T extends z.ZodType>(item: T) {
  const nextCursor = z.string().nullable().openapi({
    description:
      "Null on the last page. Other pages may be short or even empty, because each looks at a bounded number of rows. Go on until it is null.",
  });
  return z.object({ items: z.array(item), nextCursor });
}

export const Reason = line(500).openapi({
  description: "The reason, for the audit trail.",
  example: "Lost phone; identity checked by video call",
});
