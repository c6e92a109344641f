import { createRoute, z } from "@hono/zod-openapi";
import { SCOPES } from "../../core/caller/actor";
import { loadAppOfKey } from "../../core/app/key-check";
import { Settings } from "../admin/apps";
import { presentedKey } from "../auth";
import { InstantOrNull } from "../fields";
import { CALL_PROBLEMS, json, problems, router } from "../openapi";
import { security } from "./shared";

const { window, failuresBeforeLock, allowedOrigins, returnUrls, requireProof } = Settings.shape;

const OwnApp = z
  .object({
    id: z.string(),
    name: z.string(),
    issuer: z.string().openapi({ description: "The name that authenticator apps show." }),
    settings: z.object({ window, failuresBeforeLock, allowedOrigins, returnUrls, requireProof }),
    key: z.object({
      id: z.string(),
      name: z.string().nullable(),
      scopes: z.array(z.enum(SCOPES)),
      expiresAt: InstantOrNull,
    }),
  })
  .openapi("OwnApp");

const getRoute = createRoute({
  method: "get",
  path: "/app",
  operationId: "getOwnApp",
  tags: ["App"],
  summary: "See the app of this key",
  description:
    "Call it when your back end starts. It tells you that the service is there, that the key belongs to the right app, and that the key has the scopes you need. A key of any scope may ask.",
  security,
  responses: {
    200: json("The app and the key", OwnApp),
    ...problems(
      ...CALL_PROBLEMS,
      "unauthorized",
      "invalid_signature",
      "address_not_allowed",
      "invalid_request",
    ),
  },
});

export const ownAppRoutes = router().openapi(getRoute, async (c) =>
  c.json(await loadAppOfKey(c.var.deps, await presentedKey(c)), 200),
);
