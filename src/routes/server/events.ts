import { createRoute, z } from "@hono/zod-openapi";
import { followFeed } from "../../core/webhook/live";
import { EVENT_TYPES } from "../../core/webhook/message";
import { CURSOR } from "../admin/shared";
import { requireKey } from "../auth";
import { InstantInput } from "../fields";
import { json, problems, router } from "../openapi";
import { Message } from "../webhook-message";
import { KEY_PROBLEMS, security } from "./shared";

const Types = z
  .string()
  .transform((text) => text.split(","))
  .pipe(z.array(z.enum(EVENT_TYPES)))
  .openapi({ type: "string", example: "user.locked,authenticator.removed" });

const followRoute = createRoute({
  method: "get",
  path: "/events",
  operationId: "followEvents",
  tags: ["Events"],
  summary: "Follow what happens to the users of your app",
  description:
    "For back ends that cannot receive webhooks. Oldest first, each event exactly once if you send `next` as `after`. Keep `next` together with what you made of the events. Needs the scope `events`. Events stay readable for as long as the operator keeps them in the database (30 days, if nothing else is set).",
  security,
  middleware: [requireKey("events")] as const,
  request: {
    query: z.strictObject({
      after: z.string().regex(CURSOR).optional().openapi({
        description: "`next` of the answer before. If it is left out, what happens from now on.",
      }),
      since: InstantInput.optional().openapi({
        description: "Where to begin, if there is no `after` yet.",
      }),
      types: Types.optional().openapi({ description: "Only these, separated by commas." }),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      wait: z.coerce.number().int().min(0).max(25).default(0).openapi({
        description: "How many seconds to wait for an event, if there is none yet.",
      }),
    }),
  },
  responses: {
    200: json(
      "Oldest first",
      z
        .object({
          items: z.array(Message),
          next: z.string().openapi({ description: "Send it as `after`." }),
        })
        .openapi("EventFeed"),
    ),
    ...problems(...KEY_PROBLEMS, "invalid_request"),
  },
});

export const eventRoutes = router().openapi(followRoute, async (c) =>
  c.json(await followFeed(c.var.deps, c.var.key, c.req.valid("query")), 200),
);
