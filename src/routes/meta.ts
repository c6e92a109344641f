/** What anybody may ask: the time, whether the service is well, and the public keys. */

import { createRoute, z } from "@hono/zod-openapi";
import { checkHealth } from "../core/upkeep/health";
import { publicKeys } from "../crypto/signing";
import { Instant } from "./fields";
import { json, problems, router } from "./openapi";

const timeRoute = createRoute({
  method: "get",
  path: "/v1/time",
  tags: ["Service"],
  summary: "What time it is here",
  description: "For a phone or a page that wants to know whether its own clock is right.",
  responses: {
    200: json("Now", z.object({ now: Instant, unixSeconds: z.number() })),
    ...problems("rate_limited"),
  },
});

const healthRoute = createRoute({
  method: "get",
  path: "/healthz",
  tags: ["Service"],
  summary: "Whether the service can answer",
  description:
    "200 only when the database answers and is migrated. Without KV the service is slower and no less correct. 300 a minute and address, beside what clients of that address ask for.",
  responses: {
    200: json(
      "Yes",
      z.object({ status: z.literal("ok"), d1: z.literal("ok"), kv: z.enum(["ok", "degraded"]) }),
    ),
    ...problems("unavailable", "rate_limited"),
  },
});

const PublicJwk = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  alg: z.literal("ES256"),
  use: z.literal("sig"),
  kid: z.string(),
  x: z.string(),
  y: z.string(),
});

const jwksRoute = createRoute({
  method: "get",
  path: "/.well-known/jwks.json",
  tags: ["Service"],
  summary: "The keys that sign assertions and access tokens",
  responses: {
    200: json("A JWK set (RFC 7517)", z.object({ keys: z.array(PublicJwk) })),
    ...problems("rate_limited"),
  },
});

export const metaRoutes = router()
  .openapi(timeRoute, (c) => {
    const { now } = c.var.deps;
    return c.json({ now, unixSeconds: now.getTime() / 1000 }, 200);
  })
  .openapi(healthRoute, async (c) => c.json(await checkHealth(c.var.deps), 200))
  .openapi(jwksRoute, (c) => {
    c.header("cache-control", "public, max-age=300");
    return c.json({ keys: publicKeys(c.var.config.signingKeys) }, 200);
  });
