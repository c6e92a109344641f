/**
 * Rate limits of the platform. They are approximate and per location, and stand in front of what is
 * expensive. They bound load. Guessing is bounded by the guard, in D1.
 */

import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { Problem } from "../problem";
import { addressKey, addressOf } from "./address";
import type { AppEnv } from "./context";

/** The period of all limits in wrangler.toml. */
const PERIOD_SECONDS = 60;
/** A tenth of KEY_LIMIT and USER_LIMIT in wrangler.toml. */
const UNASKED = { key: 600, user: 30 } as const;
/** How many keys one isolate remembers of a minute at most. */
const MAX_TALLIES = 10_000;

/** What is limited, as the RateLimit header calls it. */
type Policy = "address" | "monitor" | "failures" | "key" | "user";

/** Throws `rate_limited` if there were too many requests with this key in the last minute. */
async function limit(limiter: RateLimit, policy: Policy, key: string): Promise<void> {
  const { success } = await limiter.limit({ key });
  if (!success) throw new Problem("rate_limited", { retryAfter: PERIOD_SECONDS, policy });
}

/** Limits everything that is asked with one API key. */
export function limitKey(limiter: RateLimit, key: string, now: Date): Promise<void> {
  return limitBusy(limiter, "key", { key, now });
}

/** Limits codes of one user. */
export function limitUser(limiter: RateLimit, key: string, now: Date): Promise<void> {
  return limitBusy(limiter, "user", { key, now });
}

let minute = 0;
let tallies = new Map<string, number>();

/**
 * Asks the platform only about a key that this isolate has seen more than `UNASKED` times in this
 * minute, so that nobody who asks reasonably often waits for it.
 */
async function limitBusy(
  limiter: RateLimit,
  policy: keyof typeof UNASKED,
  { key, now }: { key: string; now: Date },
): Promise<void> {
  const current = Math.floor(now.getTime() / (1000 * PERIOD_SECONDS));
  // Requests of one minute may arrive a little after those of the next.
  if (current > minute || current < minute - 1) {
    minute = current;
    tallies = new Map();
  }
  const seen = tallies.get(key);
  if (seen === undefined && tallies.size >= MAX_TALLIES) return limit(limiter, policy, key);
  const count = (seen ?? 0) + 1;
  tallies.set(key, count);
  if (count > UNASKED[policy]) await limit(limiter, policy, key);
}

/** Limits calls that need no key, by address. */
export const limitByAddress: MiddlewareHandler<AppEnv> = createMiddleware(async (c, next) => {
  await limit(c.env.ADDRESS_LIMIT, "address", addressKey(addressOf(c)));
  await next();
});

/**
 * Limits like `limitByAddress`, in a budget of its own. A monitor is not refused because of clients
 * that share its address, and does not use up their budget.
 */
export const limitMonitors: MiddlewareHandler<AppEnv> = createMiddleware(async (c, next) => {
  await limit(c.env.ADDRESS_LIMIT, "monitor", `monitor:${addressKey(addressOf(c))}`);
  await next();
});

/**
 * Counts failed keys, admin tokens and challenge tokens by address, after the answer is known. Good
 * ones are thus never slowed down.
 */
export const limitFailures: MiddlewareHandler<AppEnv> = createMiddleware(async (c, next) => {
  await next();
  if (c.res.status === 401) await limit(c.env.FAILURE_LIMIT, "failures", addressKey(addressOf(c)));
});
