import { createRoute, z } from "@hono/zod-openapi";
import { SCOPES } from "../../core/caller/actor";
import { loadAppOfKey } from "../../core/app/key-check";
import { Settings } from "../admin/apps";
import { presentedKey } from "../auth";
import { InstantOrNull } from "../fields";
import { CALL_PROBLEMS, json, problems, router } from "../openapi";
import { security } from "./shared";

const { window, failuresBeforeLock, allowedOrigins, returnUrls, requireProof } = Settings.shape;

const getRoute = createRoute({
  method: "get",
  path: "/app",
  tags: ["App"],
  summary: "See the app of this key",
  description:
    "For a check when a back end starts: is the service there, is this the right app's key, and has it the scopes that are needed. Takes a key of any scope.",
  security,
  responses: {
    200: json(
      "The app and the key",
      z.object({
        id: z.string(),
        name: z.string(),
        issuer: z.string(),
        settings: z.object({
          window,
          failuresBeforeLock,
          allowedOrigins,
          returnUrls,
          requireProof,
        }),
        key: z.object({
          id: z.string(),
          name: z.string().nullable(),
          scopes: z.array(z.enum(SCOPES)),
          expiresAt: InstantOrNull,
        }),
      }),
    ),
    ...problems(...CALL_PROBLEMS, "unauthorized", "invalid_request"),
  },
});

export const ownAppRoutes = router().openapi(getRoute, async (c) =>
  c.json(await loadAppOfKey(c.var.deps, await presentedKey(c)), 200),
);
