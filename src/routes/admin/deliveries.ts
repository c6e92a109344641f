import { createRoute, z } from "@hono/zod-openapi";
import {
  getDelivery,
  listDeliveries,
  redeliver,
  redeliverSince,
} from "../../core/webhook/deliveries";
import { Instant, InstantInput, InstantOrNull, line } from "../fields";
import { body, BODY_PROBLEMS, json, problems, router } from "../openapi";
import { Message } from "../webhook-message";
import { ADMIN_PROBLEMS, listing, ListingQuery, security } from "./shared";
import { pathOf, webhookPath } from "./webhooks";

const States = z.enum(["waiting", "delivered"]);

const Delivery = z
  .object({
    id: z.string().openapi({ description: "The id of the message." }),
    type: z.string(),
    at: Instant.openapi({ description: "When the event happened." }),
    userId: z.string().nullable(),
    state: States.openapi({ description: "`waiting`: it has not been taken yet." }),
    attempts: z.int(),
    lastAttemptAt: InstantOrNull,
    nextAttemptAt: InstantOrNull,
    status: z.int().nullable().openapi({ description: "What the last attempt was answered." }),
    fault: z.enum(["not_allowed", "no_answer_in_time", "no_connection"]).nullable(),
    answer: z
      .string()
      .nullable()
      .openapi({ description: "The first 4 KiB of the last answer. It is the receiver's own." }),
    milliseconds: z.int().nullable(),
  })
  .openapi("WebhookDelivery");

const WithMessage = Delivery.extend({
  message: z.union([Message, z.null()]).openapi({
    description: "What is sent. Null if the event is not in the database any more.",
  }),
}).openapi("WebhookDeliveryWithMessage");

const tags = ["Webhooks"];
const ofDelivery = webhookPath.extend({
  deliveryId: line(64).openapi({ example: "evt_1803808810123000" }),
});
const Accepted = { description: "It is sent after this answer" } as const;

const listDeliveriesRoute = createRoute({
  method: "get",
  path: "/apps/{appId}/webhooks/{webhookId}/deliveries",
  operationId: "listWebhookDeliveries",
  tags,
  summary: "See what was sent to a webhook",
  description:
    "Deliveries are kept for seven days, and those that wait for as long as their event.",
  security,
  request: { params: webhookPath, query: ListingQuery.extend({ state: States.optional() }) },
  responses: {
    200: json("Those of the newest events first", listing("WebhookDeliveryList", Delivery)),
    ...problems(...ADMIN_PROBLEMS, "not_found"),
  },
});

const getDeliveryRoute = createRoute({
  method: "get",
  path: "/apps/{appId}/webhooks/{webhookId}/deliveries/{deliveryId}",
  operationId: "getWebhookDelivery",
  tags,
  summary: "See a delivery with its message",
  description: "The message is made anew from the event, so it has what is sent and no secret.",
  security,
  request: { params: ofDelivery },
  responses: {
    200: json("The delivery", WithMessage),
    ...problems(...ADMIN_PROBLEMS, "not_found"),
  },
});

const redeliverRoute = createRoute({
  method: "post",
  path: "/apps/{appId}/webhooks/{webhookId}/deliveries/{deliveryId}/redelivery",
  operationId: "redeliverWebhookMessage",
  tags,
  summary: "Send a message again",
  description: "Whether it was taken or not. Its id stays the same.",
  security,
  request: { params: ofDelivery },
  responses: { 202: Accepted, ...problems(...ADMIN_PROBLEMS, "not_found") },
});

const redeliverSinceRoute = createRoute({
  method: "post",
  path: "/apps/{appId}/webhooks/{webhookId}/redelivery",
  operationId: "redeliverWebhookMessages",
  tags,
  summary: "Send all messages since a time again",
  description:
    "All events of the webhook's types since then that are still in the database, also those from before the webhook was made. Their ids stay the same.",
  security,
  request: { params: webhookPath, body: body(z.strictObject({ since: InstantInput })) },
  responses: { 202: Accepted, ...problems(...ADMIN_PROBLEMS, ...BODY_PROBLEMS, "not_found") },
});

export const deliveryRoutes = router()
  .openapi(listDeliveriesRoute, async (c) => {
    const path = pathOf(c.req.valid("param"));
    return c.json(await listDeliveries(c.var.deps, path, c.req.valid("query")), 200);
  })
  .openapi(getDeliveryRoute, async (c) => {
    const { deliveryId, ...path } = c.req.valid("param");
    return c.json(await getDelivery(c.var.deps, pathOf(path), deliveryId), 200);
  })
  .openapi(redeliverRoute, async (c) => {
    const { deliveryId, ...path } = c.req.valid("param");
    await redeliver(c.var.deps, pathOf(path), deliveryId);
    return c.body(null, 202);
  })
  .openapi(redeliverSinceRoute, async (c) => {
    const path = pathOf(c.req.valid("param"));
    await redeliverSince(c.var.deps, path, c.req.valid("json").since);
    return c.body(null, 202);
  });
