/**
 * The browser origins that may call the user API, also with its cookie. The service's own origin
 * always may. Others are registered with the app `accounts`. On a developer's machine, any other
 * local port may too.
 */

import type { Context } from "hono";
import { cors } from "hono/cors";
import { accountsApp } from "../core/app/accounts-app";
import { Problem } from "../problem";
import type { AppEnv } from "./context";

const LOCAL = /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/;

/** CORS with credentials. These are allowed only to an origin that is named. */
export const openToRegisteredOrigins = cors({
  origin: async (origin, c: Context<AppEnv>) => ((await isAllowed(c, origin)) ? origin : null),
  allowMethods: ["GET", "POST", "PATCH", "DELETE"],
  allowHeaders: ["authorization", "content-type", "idempotency-key"],
  exposeHeaders: ["ratelimit", "retry-after", "x-request-id"],
  credentials: true,
  maxAge: 600,
});

async function isAllowed(c: Context<AppEnv>, origin: string): Promise<boolean> {
  const { shards, settings } = c.var.config;
  if (origin === settings.issuerUrl) return true;
  if (LOCAL.test(settings.issuerUrl) && LOCAL.test(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const { allowedOrigins } = (await accountsApp({ shards, now: new Date() })).settings;
  return allowedOrigins.includes(origin);
}

/**
 * Checks the origin of a call that uses a cookie or asks for one. Another site must not be able to
 * make such a call in its visitor's name. Browsers say by themselves where a request comes from.
 * Throws `origin_not_allowed`.
 */
export async function assertOrigin(c: Context<AppEnv>): Promise<void> {
  const origin = c.req.header("origin");
  const allowed =
    origin === undefined
      ? c.req.header("sec-fetch-site") === "same-origin"
      : await isAllowed(c, origin);
  if (!allowed) throw new Problem("origin_not_allowed");
}
