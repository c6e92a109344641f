/** What core/ is handed, for what is asked of it directly: on the same bindings as the Worker. */

import { env } from "cloudflare:workers";
import { loadConfig, type Bindings, type Deps } from "../src/env";

/** As of a request at the set time; deferred work is done when `settled` is. */
export async function depsOf(
  bindings: Bindings = env,
  from: Partial<Deps["request"]> = {},
): Promise<{ deps: Deps; settled: () => Promise<unknown> }> {
  const deferred: Promise<unknown>[] = [];
  const defer = (work: Promise<unknown>) => void deferred.push(work);
  const config = await loadConfig(bindings);
  const request = { id: crypto.randomUUID(), ip: null, userAgent: null, trips: [], ...from };
  const deps = { ...config, now: new Date(), request, defer };
  return { deps, settled: () => Promise.all(deferred) };
}
