/** `npm run test:databases` runs the tests with four databases instead of one: all, or those that are named. */

import { spawnSync } from "node:child_process";
import { ROOT } from "./wrangler.mjs";

const { status } = spawnSync("vitest", ["run", ...process.argv.slice(2)], {
  cwd: ROOT,
  env: { ...process.env, TEST_DATABASES: "4" },
  stdio: "inherit",
});
process.exitCode = status ?? 1;
