/** Runs a tool that the repository has installed, in the folder of the package. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const TOOLS = fileURLToPath(new URL("../../../node_modules/.bin/", import.meta.url));

/** Ends this process with the tool's exit code if the tool failed. */
export function runTool(tool, ...args) {
  runProgram(`${TOOLS}${tool}`, ...args);
}

export function runNode(...args) {
  runProgram(process.execPath, ...args);
}

function runProgram(program, ...args) {
  const { status, error } = spawnSync(program, args, { cwd: PACKAGE, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
