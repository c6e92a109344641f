/**
 * The headers of every answer: nothing is cached, framed, sniffed or run unless a route says so.
 */

import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "./context";

const STRICT = Object.entries({
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
});

/**
 * Sets the headers before the route runs, so that a route can set its own. Adding a header to an
 * answer that is already made would cost a copy of the answer.
 */
export const strictHeaders = createMiddleware<AppEnv>(async (c, next) => {
  for (const [name, value] of STRICT) c.header(name, value);
  await next();
});

/**
 * CORS for the answer to a challenge. Nothing ambient counts there, neither cookie nor key, so any
 * origin may ask. The answer itself checks whether the origin is one of the app's.
 */
export const openToAllOrigins = cors({
  origin: "*",
  allowMethods: ["POST"],
  allowHeaders: ["content-type"],
  exposeHeaders: ["ratelimit", "retry-after", "x-request-id"],
  maxAge: 86_400,
});
