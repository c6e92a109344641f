/**
 * Counters of what anybody may try, in D1: each has a limit, and ends a while after it began. Where
 * they are is a list in a statement's parameter, as JSON.
 */

import { digest } from "../../crypto/keyring";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";

/** Where a person is, as the platform says it, and what their browser says. */
export interface Client {
  /** What counters by address count by: the address, of IPv6 its /64. */
  network: string;
  /** Of IPv6 the /48: who has one address often has as much. */
  site: string | null;
  /** The cookie of browsers that have logged in before (known-browsers.ts), or nothing. */
  browser: string;
}

export interface Counter {
  key: string;
  limit: number;
  /** Milliseconds, from the first that is counted. */
  life: number;
}

/** The counters of a list that have reached their limit, as `p`. */
export const reached = <List extends string>(list: List) =>
  `json_each(${list}) g
    JOIN password_guards p ON p.key = g.value ->> 'key'
      AND p.ends_at > :now AND p.failures >= g.value ->> 'limit'` as const;

/** Counts one more on every counter of the list, where the condition holds. */
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

/** Keyed digests, because names and addresses are personal. */
export function counterKey({ keyring }: Deps, ...parts: (string | null)[]): Promise<string> {
  return digest(keyring, "password-guard", JSON.stringify(parts));
}
