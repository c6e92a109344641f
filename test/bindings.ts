/** The bindings that a test's calls have if it says nothing else. */

import { env } from "cloudflare:workers";
import { limitKey } from "../src/routes/limits";

const LIMITERS = ["ADDRESS_LIMIT", "FAILURE_LIMIT", "KEY_LIMIT", "USER_LIMIT"] as const;

const limiters = LIMITERS.map((name) => [name, env[name]] as const);

let bindings: Env = env;

/**
 * Bindings of one test alone. What the Worker remembers, it remembers of its bindings: it starts as
 * a new isolate does. The platform counts for this test alone.
 */
export async function renewBindings(test: string): Promise<void> {
  for (const [name, limiter] of limiters) {
    env[name] = { limit: ({ key }) => limiter.limit({ key: `${test} ${key}` }) };
  }
  bindings = { ...env };
  // The isolate's own count is of one minute: after one long ago, that of the test is a new one.
  await limitKey(env.KEY_LIMIT, "", new Date(0));
}

/** From here on in this test, the Worker has these besides, as after a deployment. */
export function addBindings(added: object): void {
  bindings = { ...bindings, ...added };
}

export function currentBindings(): Env {
  return bindings;
}
