/** Runs `npm run audit -- verify` for tests. */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { text as readStream } from "node:stream/consumers";
import { ROOT } from "./wrangler.mjs";

/** Runs it with these arguments, and variables as the last one. Answers `{ code, stdout, stderr }`. */
export async function verify(...args) {
  const variables = typeof args.at(-1) === "object" ? args.pop() : { ADMIN_TOKEN: "any" };
  const command = [join(ROOT, "scripts/audit.mjs"), "verify", ...args];
  const child = spawn(process.execPath, command, { env: { ...process.env, ...variables } });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([child.stdout, child.stderr].map(readStream));
  return { code: await ended, stdout, stderr };
}
