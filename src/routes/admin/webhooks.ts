import { createRoute, z } from "@hono/zod-openapi";
import { getEndpoint, listEndpoints } from "../../core/webhook/endpoint";
import {
  createEndpoint,
  deleteEndpoint,
  rotateSecret,
  updateEndpoint,
} from "../../core/webhook/endpoints";
import { EVENT_TYPES } from "../../core/webhook/message";
import { sendTest } from "../../core/webhook/test-message";
import {
  IdempotencyHeaders,
  idempotentRequest,
  Instant,
  InstantOrNull,
  line,
  naming,
} from "../fields";
import { body, BODY_PROBLEMS, json, nothing, problems, router } from "../openapi";
import { ADMIN_PROBLEMS, AppId, security } from "./shared";

export const WebhookId = line(64).openapi({ example: "whk_k5xw4ylsmv3gqzlb" });
export const webhookPath = z.object({ appId: AppId, webhookId: WebhookId });
export const EventTypes = z
  .array(z.enum(EVENT_TYPES))
  .min(1)
  .max(EVENT_TYPES.length)
  .openapi({ example: ["authenticator.confirmed", "authenticator.removed", "user.locked"] });

const Webhook = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    url: z.string(),
    types: z
      .array(z.string())
      .nullable()
      .openapi({ description: "The types of event that are sent. Null: all." }),
    state: z.enum(["active", "failing", "paused"]).openapi({
      description:
        "`failing`: the receiver does not take messages at present. After a day of that it is `paused`.",
    }),
    pausedBecause: z.enum(["operator", "failing"]).nullable().openapi({
      description:
        "`failing`: a message was not taken for a day, or the receiver answered that it is gone (410).",
    }),
    pausedAt: InstantOrNull,
    failingSince: InstantOrNull,
    previousSecretExpiresAt: InstantOrNull.openapi({
      description: "Until then messages are signed with the secret before as well.",
    }),
    createdAt: Instant,
  })
  .openapi("Webhook");

const WithSecret = Webhook.extend({
  secret: z.string().openapi({ description: "Shown only here.", example: "whsec_…" }),
}).openapi("WebhookWithSecret");

export const WebhookInput = z.strictObject({
  url: z.string().max(2048).openapi({
    description:
      "Where messages are posted to: `https`, a public host name, no port. If this service is on localhost, the URL may be too.",
    example: "https://shop.example.com/stepgate-events",
  }),
  name: naming(64).nullable().optional(),
  types: EventTypes.nullable().optional().openapi({
    description: "Which types of event are sent. If left out, all.",
  }),
});

const Changes = WebhookInput.partial().extend({
  paused: z.boolean().optional().openapi({
    description:
      "`true`: nothing is sent, and events are kept. `false`: what was kept is sent, the oldest first.",
  }),
});

const TestResult = z
  .object({
    status: z.int().nullable(),
    fault: z
      .enum(["not_allowed", "no_answer_in_time", "no_connection"])
      .nullable()
      .openapi({ description: "Why there is no status." }),
    body: z.string().openapi({ description: "The first 4 KiB of the answer." }),
    milliseconds: z.int(),
  })
  .openapi("WebhookTest");

const tags = ["Webhooks"];
const params = z.object({ appId: AppId });

const createWebhookRoute = createRoute({
  method: "post",
  path: "/apps/{appId}/webhooks",
  operationId: "createWebhook",
  tags,
  summary: "Create a webhook",
  description:
    "From now on the events of the app are posted to the URL, signed by Standard Webhooks (standardwebhooks.com). The secret is shown only in this answer.",
  security,
  request: { params, headers: IdempotencyHeaders, body: body(WebhookInput) },
  responses: {
    201: json("Created", WithSecret),
    ...problems(
      ...ADMIN_PROBLEMS,
      ...BODY_PROBLEMS,
      "not_found",
      "too_many_webhooks",
      "already_created",
      "idempotency_mismatch",
    ),
  },
});

const listWebhooksRoute = createRoute({
  method: "get",
  path: "/apps/{appId}/webhooks",
  operationId: "listWebhooks",
  tags,
  summary: "List the webhooks of an app",
  description: "With their state, and without their secrets.",
  security,
  request: { params },
  responses: {
    200: json("Newest first", z.object({ items: z.array(Webhook) }).openapi("WebhookList")),
    ...problems(...ADMIN_PROBLEMS, "not_found"),
  },
});

const getWebhookRoute = createRoute({
  method: "get",
  path: "/apps/{appId}/webhooks/{webhookId}",
  operationId: "getWebhook",
  tags,
  summary: "See a webhook",
  description: "With its state, and without its secret.",
  security,
  request: { params: webhookPath },
  responses: { 200: json("The webhook", Webhook), ...problems(...ADMIN_PROBLEMS, "not_found") },
});

const updateWebhookRoute = createRoute({
  method: "patch",
  path: "/apps/{appId}/webhooks/{webhookId}",
  operationId: "updateWebhook",
  tags,
  summary: "Change, pause or resume a webhook",
  description: "Changes what is given and leaves the rest.",
  security,
  request: { params: webhookPath, body: body(Changes) },
  responses: {
    200: json("Changed", Webhook),
    ...problems(...ADMIN_PROBLEMS, ...BODY_PROBLEMS, "not_found"),
  },
});

const deleteWebhookRoute = createRoute({
  method: "delete",
  path: "/apps/{appId}/webhooks/{webhookId}",
  operationId: "deleteWebhook",
  tags,
  summary: "Delete a webhook",
  description: "Nothing more is sent to it, and what waits is forgotten.",
  security,
  request: { params: webhookPath },
  responses: { 204: nothing, ...problems(...ADMIN_PROBLEMS, "not_found") },
});

const rotateWebhookSecretRoute = createRoute({
  method: "post",
  path: "/apps/{appId}/webhooks/{webhookId}/secret",
  operationId: "rotateWebhookSecret",
  tags,
  summary: "Replace the secret of a webhook",
  description:
    "The new secret is shown only in this answer. For a day messages carry a signature with each of the two.",
  security,
  request: { params: webhookPath },
  responses: {
    200: json("Replaced", WithSecret),
    ...problems(...ADMIN_PROBLEMS, "not_found"),
  },
});

const testWebhookRoute = createRoute({
  method: "post",
  path: "/apps/{appId}/webhooks/{webhookId}/test",
  operationId: "testWebhook",
  tags,
  summary: "Send a test message",
  description:
    "Posts a signed message of the type `webhook.test`, and answers how that ended. It is not in the log of deliveries, and is not tried again.",
  security,
  request: { params: webhookPath },
  responses: {
    200: json("How it ended", TestResult),
    ...problems(...ADMIN_PROBLEMS, "not_found"),
  },
});

export const webhookRoutes = router()
  .openapi(createWebhookRoute, async (c) => {
    const { appId } = c.req.valid("param");
    const request = await idempotentRequest(c, "POST /admin/apps/{appId}/webhooks");
    const input = c.req.valid("json");
    return c.json(await createEndpoint(c.var.deps, appId, { input, request }), 201);
  })
  .openapi(listWebhooksRoute, async (c) => {
    return c.json({ items: await listEndpoints(c.var.deps, c.req.valid("param").appId) }, 200);
  })
  .openapi(getWebhookRoute, async (c) => {
    return c.json(await getEndpoint(c.var.deps, pathOf(c.req.valid("param"))), 200);
  })
  .openapi(updateWebhookRoute, async (c) => {
    const path = pathOf(c.req.valid("param"));
    return c.json(await updateEndpoint(c.var.deps, path, c.req.valid("json")), 200);
  })
  .openapi(deleteWebhookRoute, async (c) => {
    await deleteEndpoint(c.var.deps, pathOf(c.req.valid("param")));
    return c.body(null, 204);
  })
  .openapi(rotateWebhookSecretRoute, async (c) => {
    return c.json(await rotateSecret(c.var.deps, pathOf(c.req.valid("param"))), 200);
  })
  .openapi(testWebhookRoute, async (c) => {
    return c.json(await sendTest(c.var.deps, pathOf(c.req.valid("param"))), 200);
  });

export function pathOf({ appId, webhookId }: z.infer<typeof webhookPath>) {
  return { appId, id: webhookId };
}
