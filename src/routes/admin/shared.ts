/** What the routes of the admin API share. */

import { z } from "@hono/zod-openapi";
import { line, naming } from "../fields";
import { CALL_PROBLEMS } from "../openapi";

export const ADMIN_PROBLEMS = [...CALL_PROBLEMS, "unauthorized", "invalid_request"] as const;

export const security = [{ adminToken: [] }];

export const AppId = line(64).openapi({ example: "app_wq3dmnzxgy2tanrv" });

export const OwnUserId = line(64).openapi({
  description: "This service's own id of the user (`usr_…`), as the list shows it.",
  example: "usr_k5xw4ylsmv3gqzlb",
});

/** A position, or one in each of several databases. */
export const CURSOR = /^\d{1,16}(\.\d{1,16}){0,255}$/;

export const ListingQuery = z.strictObject({
  cursor: z
    .string()
    .regex(CURSOR)
    .optional()
    .openapi({ description: "`nextCursor` of the previous page." }),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** A page of a list, called `name` in the reference. */
export function listing<T extends z.ZodType>(name: string, item: T) {
  const nextCursor = z.string().nullable().openapi({
    description:
      "Send it as `cursor` to get the next page. It is null on the last page. Other pages may be short or even empty, because each looks at a bounded number of rows. Go on until it is null.",
  });
  return z.object({ items: z.array(item), nextCursor }).openapi(name);
}

export const Reason = naming(500).openapi({
  description: "The reason, for the audit trail.",
  example: "Lost phone; identity checked by video call",
});
