/**
 * Rate limits of the platform: per location and approximate, in front of what is dear. They bound
 * load. Guessing is bounded by the guard, in D1.
 */

import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { Problem } from "../problem";
import { addressKey, addressOf } from "./address";
import type { AppEnv } from "./context";

/** The period of all limits in wrangler.toml. */
const PERIOD_SECONDS = 60;

/** Throws `rate_limited` when there were too many of this key in the last minute. */
export async function limit(limiter: RateLimit, key: string): Promise<void> {
  const { success } = await limiter.limit({ key });
  if (!success) throw new Problem("rate_limited", { retryAfter: PERIOD_SECONDS });
}

/** For calls that need no key. */
export const limitByAddress: MiddlewareHandler<AppEnv> = createMiddleware(async (c, next) => {
  await limit(c.env.ADDRESS_LIMIT, addressKey(addressOf(c)));
  await next();
});

/**
 * Counts failed keys, admin tokens and challenge tokens by address, after the answer is known: a
 * good one is never slowed by them.
 */
export const limitFailures: MiddlewareHandler<AppEnv> = createMiddleware(async (c, next) => {
  await next();
  if (c.res.status === 401) await limit(c.env.FAILURE_LIMIT, addressKey(addressOf(c)));
});
