/** What is sent to webhooks, as the reference shows it. */

import { z } from "@hono/zod-openapi";
import { OUTCOMES } from "../core/audit/event";
import { EVENT_TYPES } from "../core/webhook/message";
import { Instant } from "./fields";

const Data = z
  .object({
    appId: z.string().nullable(),
    user: z
      .object({
        id: z.string().openapi({ description: "This service's own id of the user." }),
        externalId: z
          .string()
          .nullable()
          .openapi({ description: "Your own id of the user. Null once the user is deleted." }),
      })
      .nullable(),
    outcome: z.enum(OUTCOMES),
    reason: z.string().nullable().openapi({ description: "Why it failed or was refused." }),
    method: z
      .enum(["totp", "backup_code"])
      .nullable()
      .openapi({ description: "What a right code was." }),
    authenticatorId: z.string().nullable(),
    actor: z.string().openapi({
      description: "Who did it: a key, a session, a link, a challenge, `admin` or `system`.",
    }),
  })
  .openapi("EventData");

export const Message = z
  .object({
    id: z.string().openapi({
      description:
        "The same whenever it is sent again, so that you can tell. Also in the header `webhook-id`.",
    }),
    type: z.enum(EVENT_TYPES),
    version: z.literal(1),
    sequence: z.int().openapi({ description: "Grows from event to event of a user." }),
    timestamp: Instant,
    data: Data,
  })
  .openapi("Event");
