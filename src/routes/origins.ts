/**
 * Which browser origins may call the user API, and with its cookie. Its own always; others are
 * registered with the app `accounts`; on a developer's machine also any other local port.
 */

import type { Context } from "hono";
import { cors } from "hono/cors";
import { registeredOrigins } from "../core/app/origins";
import { Problem } from "../problem";
import type { AppEnv } from "./context";

const LOCAL = /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/;

/** Credentials too: only ever to an origin that is named. */
export const openToRegisteredOrigins = cors({
  origin: async (origin, c: Context<AppEnv>) => ((await isAllowed(c, origin)) ? origin : null),
  allowMethods: ["GET", "POST", "PATCH", "DELETE"],
  allowHeaders: ["authorization", "content-type", "idempotency-key"],
  exposeHeaders: ["retry-after", "x-request-id"],
  credentials: true,
  maxAge: 600,
});

async function isAllowed(c: Context<AppEnv>, origin: string): Promise<boolean> {
  const { db, settings } = c.var.config;
  if (origin === settings.issuerUrl) return true;
  if (LOCAL.test(settings.issuerUrl) && LOCAL.test(origin)) return true;
  if (!URL.canParse(origin)) return false;
  return (await registeredOrigins({ db, now: new Date() })).includes(origin);
}

/**
 * Where a cookie is used or asked for: another site must not be able to do it in its visitor's
 * name. Browsers say by themselves where a request comes from. Throws `origin_not_allowed`.
 */
export async function assertOrigin(c: Context<AppEnv>): Promise<void> {
  const origin = c.req.header("origin");
  const allowed =
    origin === undefined
      ? c.req.header("sec-fetch-site") === "same-origin"
      : await isAllowed(c, origin);
  if (!allowed) throw new Problem("origin_not_allowed");
}
