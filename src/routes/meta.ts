/** What anybody may ask: the time, whether the service is well, and the public keys. */

import { createRoute, z } from "@hono/zod-openapi";
import { checkReadiness } from "../core/upkeep/health";
import { publicKeys } from "../crypto/signing";
import { Instant } from "./fields";
import { json, problems, router } from "./openapi";

const Time = z.object({ now: Instant, unixSeconds: z.number() }).openapi("Time");

const timeRoute = createRoute({
  method: "get",
  path: "/v1/time",
  operationId: "getTime",
  tags: ["Service"],
  summary: "Get the service's time",
  description: "A phone or a page can check its own clock with this.",
  responses: {
    200: json("Now", Time),
    ...problems("rate_limited"),
  },
});

const OWN_LIMIT = "An address may ask 300 times a minute, apart from its other calls.";

const healthRoute = createRoute({
  method: "get",
  path: "/healthz",
  operationId: "getHealth",
  tags: ["Service"],
  summary: "Check whether the service is alive",
  description: `The Worker runs and is set up. Whether it can do its work is \`GET /readyz\`. ${OWN_LIMIT}`,
  responses: {
    200: json("It is alive", z.object({ status: z.literal("ok") }).openapi("Health")),
    ...problems("rate_limited"),
  },
});

const Readiness = z
  .object({
    status: z.literal("ok"),
    d1: z.literal("ok"),
    kv: z.enum(["ok", "degraded"]).openapi({
      description: "Without KV the service is slower, but no less correct.",
    }),
    keyring: z.literal("ok"),
    clock: z.enum(["ok", "behind"]).openapi({
      description: "`behind`: something has happened later than it is now by the service's clock.",
    }),
  })
  .openapi("Readiness");

const readinessRoute = createRoute({
  method: "get",
  path: "/readyz",
  operationId: "getReadiness",
  tags: ["Service"],
  summary: "Check whether the service works",
  description: `The status is 200 only if the database answers and is migrated, and all keys are there that its rows need. ${OWN_LIMIT}`,
  responses: {
    200: json("It works", Readiness),
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

const JwkSet = z.object({ keys: z.array(PublicJwk) }).openapi("JwkSet");

const jwksRoute = createRoute({
  method: "get",
  path: "/.well-known/jwks.json",
  operationId: "getPublicKeys",
  tags: ["Service"],
  summary: "Get the public keys",
  description:
    "The keys that sign assertions and access tokens. They may be cached for five minutes.",
  responses: {
    200: json("A JWK set (RFC 7517)", JwkSet),
    ...problems("rate_limited"),
  },
});

export const metaRoutes = router()
  .openapi(timeRoute, (c) => {
    const { now } = c.var.deps;
    return c.json({ now, unixSeconds: now.getTime() / 1000 }, 200);
  })
  .openapi(healthRoute, (c) => c.json({ status: "ok" as const }, 200))
  .openapi(readinessRoute, async (c) => c.json(await checkReadiness(c.var.deps), 200))
  .openapi(jwksRoute, (c) => {
    c.header("cache-control", "public, max-age=300");
    return c.json({ keys: publicKeys(c.var.config.signingKeys) }, 200);
  });
