/**
 * The headers of every answer: nothing is cached, framed, sniffed or run unless a route says so
 * itself.
 */

import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "./context";

const strict = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  crossOriginResourcePolicy: false,
  xFrameOptions: "DENY",
});

/** Strict, but for a page that brings a policy of its own. */
export const strictHeaders = createMiddleware<AppEnv>(async (c, next) => {
  let own: string | null = null;
  await strict(c, async () => {
    await next();
    own = c.res.headers.get("content-security-policy");
  });
  if (own !== null) c.header("content-security-policy", own);
});

export const noStore = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
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
