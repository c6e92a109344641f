/**
 * Counters in D1 of what anybody may try. Each has a limit, and ends a while after it began.
 * Statements get a list of counters as one parameter, in JSON.
 */

import { digest } from "../../crypto/keyring";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";

/** Where a person calls from, according to the platform and to their browser. */
export interface Client {
  /** What counters by address count by: the address, or the /64 of an IPv6 address. */
  network: string;
  /** The /48 of an IPv6 address, because whoever has one address often has all of those. */
  site: string | null;
  /** The cookie of browsers that have logged in before (known-browsers.ts), or an empty text. */
  browser: string;
}

export interface Counter {
  key: string;
  limit: number;
  /** How long the counter lasts, in milliseconds from the first attempt that it counts. */
  life: number;
}

/** Selects the counters of a list that have reached their limit, as `p`. */
export const reached = <List extends string>(list: List) =>
  `json_each(${list}) g
    JOIN password_guards p ON p.key = g.value ->> 'key'
      AND p.ends_at > :now AND p.failures >= g.value ->> 'limit'` as const;

/** Counts one more on every counter of the list if the condition holds. */
export const countWhere = <List extends string, Condition extends string>(
  list: List,
  condition: Condition,
) =>
  statement(`
  INSERT INTO password_guards (key, failures, ends_at)
  SELECT g.value ->> 'key', 1, :now + (g.value ->> 'life') FROM json_each(${list}) g
  WHERE ${condition}
  ON CONFLICT (key) DO UPDATE SET
    failures = iif(ends_at <= :now, 1, failures + 1), ends_at = iif(ends_at <= :now, excluded.ends_at, ends_at)`);

/** The key of a counter. It is a keyed digest, because names and addresses are personal. */
export function counterKey({ keyring }: Deps, ...parts: (string | null)[]): Promise<string> {
  return digest(keyring, "password-guard", JSON.stringify(parts));
}

/** When the last of the counters of `:guards` that have reached their limit ends, or null. */
export const USED_UP_UNTIL = statement(`SELECT max(p.ends_at) AS until FROM ${reached(":guards")}`);
/** None of the counters of `:guards` has reached its limit. */
export const IS_OPEN = `NOT EXISTS (SELECT 1 FROM ${reached(":guards")})` as const;

/** The counters of what is counted by address, and for IPv6 also by /48. */
export async function placeCounters(
  deps: Deps,
  { network, site }: Client,
  { limits, name }: { limits: Record<"network" | "site", Omit<Counter, "key">>; name: string[] },
): Promise<Counter[]> {
  const counters = [{ ...limits.network, key: await counterKey(deps, ...name, network) }];
  if (site !== null) counters.push({ ...limits.site, key: await counterKey(deps, ...name, site) });
  return counters;
}

/** The problem for whoever has used a counter up, which ends in so many milliseconds. */
export function usedUp(milliseconds: number, about: { detail: string; policy: string }): Problem {
  return new Problem("rate_limited", { ...about, retryAfter: Math.ceil(milliseconds / 1000) });
}
