/**
 * Writes the types that are made from something else: worker-configuration.d.ts, of the bindings and
 * of the runtime, without printing them too; and the texts of the pages. Git ignores both.
 */

import { Refusal, run } from "./refusal.mjs";
import { writeTextTypes } from "./texts.mjs";
import { explainFailure, runWrangler } from "./wrangler.mjs";

await run(async () => {
  writeTextTypes();
  const result = await runWrangler(["types", "--strict-vars=false"]);
  if (result.code !== 0) throw new Refusal(`wrangler types: ${explainFailure(result)}`);
});
