/**
 * `npm run openapi:lint` judges docs/openapi.json, or another file that is named, by the recommended
 * rules of Redocly and Spectral, which also check every example against its schema. A warning fails
 * it too.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import spectral from "@stoplight/spectral-core";
import rulesets from "@stoplight/spectral-rulesets";
import { Refusal, run } from "./refusal.mjs";
import { ROOT } from "./wrangler.mjs";

await run(async () => {
  const [file = join(ROOT, "docs/openapi.json")] = process.argv.slice(2);
  const source = readFileSync(file, "utf8");
  const faults = [...(await lintWithRedocly(source)), ...(await lintWithSpectral(source))];
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) throw new Refusal(`${file}: ${faults.length} faults.`);
});

async function lintWithRedocly(source) {
  const config = await createConfig({ extends: ["recommended-strict"] });
  const problems = await lintFromString({ source, absoluteRef: "openapi.json", config });
  return problems.map(({ ruleId, message, location: [place] }) => {
    return `redocly ${ruleId}: ${message} (${place?.pointer ?? "the document"})`;
  });
}

async function lintWithSpectral(source) {
  const linter = new spectral.Spectral();
  linter.setRuleset({ extends: [[rulesets.oas, "recommended"]] });
  const problems = await linter.run(JSON.parse(source));
  return problems.map(
    ({ code, message, path }) => `spectral ${code}: ${message} (${path.join("/")})`,
  );
}
