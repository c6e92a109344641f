/**
 * `npm run test:properties [-- FILE…]` runs the files with property tests, with a fresh seed and
 * ten times the runs of `npm test`. It prints how to repeat the run: `--seed N` sets the seed, and
 * `--times N` how many times as many runs there are. `npm test` has one seed for a whole release.
 */

import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Refusal, run } from "./refusal.mjs";
import { ROOT } from "./wrangler.mjs";

await run(async () => {
  const { values, positionals } = parseArgs({
    options: {
      seed: { type: "string", default: String(randomInt(2 ** 31)) },
      times: { type: "string", default: "10" },
    },
    allowPositionals: true,
  });
  const { seed, times } = values;
  if (![seed, times].every((text) => /^\d{1,10}$/.test(text))) {
    throw new Refusal("--seed and --times are whole numbers.");
  }
  const files = positionals.length > 0 ? positionals : findFiles();
  const repeat = ["npm run test:properties --", `--seed ${seed} --times ${times}`, ...positionals];
  console.log(`Seed ${seed}, ${times} times the runs.`);
  const env = { ...process.env, TEST_SEED: seed, TEST_TIMES: times };
  const { status } = spawnSync("vitest", ["run", ...files], { cwd: ROOT, env, stdio: "inherit" });
  console.log(`To repeat it: ${repeat.join(" ")}`);
  if (status !== 0) throw new Refusal("Not every property held.");
});

function findFiles() {
  const files = globSync("test/**/*.test.ts", { cwd: ROOT });
  return files.filter((file) => /from "fast-check"/.test(readFileSync(`${ROOT}/${file}`, "utf8")));
}
