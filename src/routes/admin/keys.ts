import { createRoute, z } from "@hono/zod-openapi";
import { createKey, KEY_KINDS, listKeys, revokeKey } from "../../core/app/keys";
import { SCOPES } from "../../core/caller/actor";
import { readRange } from "../../core/caller/address-range";
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
import { ADMIN_PROBLEMS, AppId, security } from "./shared";

const params = z.object({ appId: AppId });
const KeyId = line(64).openapi({ example: "gm4tknrxhazdcmjs" });
const Scope = z.enum(SCOPES);
const Kind = z.enum(KEY_KINDS);
const Range = z
  .string()
  .max(64)
  .transform((text, context) => {
    const range = readRange(text);
    if (range === null) context.addIssue("an address or a range, without bits behind its prefix");
    return range ?? z.NEVER;
  })
  .openapi({ type: "string", maxLength: 64, example: "192.0.2.0/24" });

const Key = z
  .object({
    id: z.string(),
    prefix: z.string().openapi({ description: "What the key starts with." }),
    name: z.string().nullable(),
    kind: Kind,
    scopes: z.array(Scope),
    addresses: z
      .array(z.string())
      .openapi({ description: "Where calls may come from. Empty: from anywhere." }),
    createdAt: Instant,
    expiresAt: InstantOrNull,
    lastUsedAt: InstantOrNull,
  })
  .openapi("ApiKey");

const CreatedKey = Key.extend({
  key: z.string().openapi({ description: "Shown only here." }),
}).openapi("CreatedApiKey");

const KeyList = z.object({ items: z.array(Key) }).openapi("ApiKeyList");

export const KeyInput = z.strictObject({
  name: naming(64).optional(),
  kind: Kind.optional().openapi({
    default: "bearer",
    description:
      "`bearer`: calls carry the key. `signing`: calls are signed with it (RFC 9421) and never carry it.",
  }),
  scopes: z
    .array(Scope)
    .min(1)
    .max(SCOPES.length)
    .optional()
    .openapi({
      description:
        "What the key may do. If left out, it may do all of it. `verify`: verify codes, make challenges, and read. `enrol`: authenticators, backup codes and enrolment links. `users`: unlock and delete users. " +
        "`import`, together with `enrol`: take in the secret that a phone has from another system. `events`: read what happens to the app's users.",
    }),
  addresses: z.array(Range).max(20).optional().openapi({
    description:
      "Where calls with this key may come from: addresses, or ranges in CIDR notation. If left out, from anywhere.",
  }),
  expiresAt: InstantInput.optional(),
});

const createKeyRoute = createRoute({
  method: "post",
  path: "/apps/{appId}/keys",
  operationId: "createApiKey",
  tags: ["API keys"],
  summary: "Create an API key",
  description: "The key is shown only in this answer. The service keeps a hash of it.",
  security,
  request: {
    params,
    headers: IdempotencyHeaders,
    body: body(KeyInput),
  },
  responses: {
    201: json("Created", CreatedKey),
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
  operationId: "listApiKeys",
  tags: ["API keys"],
  summary: "List the live API keys of an app",
  description: "Keys that are revoked or expired are not listed.",
  security,
  request: { params },
  responses: {
    200: json("Newest first", KeyList),
    ...problems(...ADMIN_PROBLEMS, "not_found"),
  },
});

const revokeKeyRoute = createRoute({
  method: "delete",
  path: "/apps/{appId}/keys/{keyId}",
  operationId: "revokeApiKey",
  tags: ["API keys"],
  summary: "Revoke an API key",
  description: "The key stops working at once, and the open challenges that it made end.",
  security,
  request: { params: params.extend({ keyId: KeyId }) },
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
