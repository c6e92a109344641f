/** The TypeScript client's calls, as it is built, against a real server. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { clientSettings } from "../../scripts/test-app.mjs";

export const name = "The TypeScript client";

const PACKAGE = fileURLToPath(new URL("../../clients/typescript", import.meta.url));

export async function run({ baseUrl, adminToken }) {
  await node(["scripts/build.mjs"]);
  const settings = await clientSettings(baseUrl, adminToken);
  await node(["--test", "--test-reporter=dot", "tests/real/*.test.mjs"], settings);
}

/** A test that fails says so on its standard output. */
async function node(args, variables = {}) {
  const env = { ...process.env, ...variables };
  try {
    await promisify(execFile)(process.execPath, args, { cwd: PACKAGE, env });
  } catch (error) {
    throw new Error(`${error.stdout}${error.stderr}`, { cause: error });
  }
}
