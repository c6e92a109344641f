import { createRoute, z } from "@hono/zod-openapi";
import { createKey, listKeys, revokeKey } from "../../core/app/keys";
import { SCOPES } from "../../core/caller/actor";
import {
  IdempotencyHeaders,
  idempotentRequest,
  Instant,
  InstantInput,
  InstantOrNull,
  line,
  naming,
} from "../fields";
import { body, BODY_PROBLEMS, json, nothing, problems, router } from "../openapi";
import { ADMIN_PROBLEMS, security } from "./shared";

const params = z.object({ appId: line(64) });
const Scope = z.enum(SCOPES);

const Key = z
  .object({
    id: z.string(),
    prefix: z.string().openapi({ description: "What the key starts with." }),
    name: z.string().nullable(),
    scopes: z.array(Scope),
    createdAt: Instant,
    expiresAt: InstantOrNull,
    lastUsedAt: InstantOrNull,
  })
  .openapi("ApiKey");

export const KeyInput = z.strictObject({
  name: naming(64).optional(),
  scopes: z
    .array(Scope)
    .min(1)
    .max(SCOPES.length)
    .optional()
    .openapi({
      description:
        "Left out: all. `verify`: verify, challenges, reading; `enrol`: authenticators, backup codes and enrolment links; `users`: unlock and delete; " +
        "`import`, beside `enrol`: a secret that a phone has from elsewhere, pending or active at once, also a short one.",
    }),
  expiresAt: InstantInput.optional(),
});

const createKeyRoute = createRoute({
  method: "post",
  path: "/apps/{appId}/keys",
  tags: ["API keys"],
  summary: "Create an API key",
  security,
  request: {
    params,
    headers: IdempotencyHeaders,
    body: body(KeyInput),
  },
  responses: {
    201: json(
      "Created",
      Key.extend({ key: z.string().openapi({ description: "Shown only here." }) }),
    ),
    ...problems(
      ...ADMIN_PROBLEMS,
      ...BODY_PROBLEMS,
      "not_found",
      "already_created",
      "idempotency_mismatch",
    ),
  },
});

const listKeysRoute = createRoute({
  method: "get",
  path: "/apps/{appId}/keys",
  tags: ["API keys"],
  summary: "List the live API keys of an app",
  security,
  request: { params },
  responses: {
    200: json("Newest first", z.object({ items: z.array(Key) })),
    ...problems(...ADMIN_PROBLEMS, "not_found"),
  },
});

const revokeKeyRoute = createRoute({
  method: "delete",
  path: "/apps/{appId}/keys/{keyId}",
  tags: ["API keys"],
  summary: "Revoke an API key",
  description: "The key ends at once on every route, and with it the open challenges that it made.",
  security,
  request: { params: params.extend({ keyId: line(64) }) },
  responses: { 204: nothing, ...problems(...ADMIN_PROBLEMS, "not_found") },
});

export const keyRoutes = router()
  .openapi(createKeyRoute, async (c) => {
    const { appId } = c.req.valid("param");
    const request = await idempotentRequest(c, "POST /admin/apps/{appId}/keys");
    const input = c.req.valid("json");
    return c.json(await createKey(c.var.deps, appId, { input, request }), 201);
  })
  .openapi(listKeysRoute, async (c) => {
    return c.json({ items: await listKeys(c.var.deps, c.req.valid("param").appId) }, 200);
  })
  .openapi(revokeKeyRoute, async (c) => {
    const { appId, keyId } = c.req.valid("param");
    await revokeKey(c.var.deps, appId, keyId);
    return c.body(null, 204);
  });
