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
 * Set before the route runs, so that a route can set its own and none has to be added to an answer
 * that is already made, which costs a copy of it.
 */
export const strictHeaders = createMiddleware<AppEnv>(async (c, next) => {
  for (const [name, value] of STRICT) c.header(name, value);
  await next();
});

/**
 * For the answer to a challenge: nothing ambient counts there (no cookie, no key), so that any
 * origin may ask. Whether it is one of the app's is checked by the answer.
 */
export const openToAllOrigins = cors({
  origin: "*",
  allowMethods: ["POST"],
  allowHeaders: ["content-type"],
  exposeHeaders: ["retry-after", "x-request-id"],
  maxAge: 86_400,
});
