/**
 * Writes worker-configuration.d.ts, the types of the bindings and of the runtime, without printing
 * them too.
 */

import { Refusal, run } from "./refusal.mjs";
import { explainFailure, runWrangler } from "./wrangler.mjs";

await run(async () => {
  const result = await runWrangler(["types", "--strict-vars=false"]);
  if (result.code !== 0) throw new Refusal(`wrangler types: ${explainFailure(result)}`);
});
