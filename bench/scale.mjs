/** `--only scale`: what a verification's statements take among more and more users. Needs a bundle of `workers/storage.js`. */

import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MEASURED, renderRows, renderTimes } from "./simulate/measured.mjs";

const SIZES = [1000, 100_000];

/**
 * Prints the measured tables of docs/scaling.md and docs/storage.md. `users`: one size more, such as a million. `save`: leaves the figures for `npm run simulate`, which
 * takes the writer's service time and the size of rows from them.
 */
export function measureScale({ script, root, temporary, users, save }) {
  const sizes = [...new Set([...SIZES, ...(users ? [users] : [])])];
  const rows = runHere("scale-rows.mjs", [script, root]);
  const times = sizes.map((size) => {
    const file = join(temporary, `scale-${size}.sqlite`);
    const measured = runHere("scale-process.mjs", [script, root, file, String(size)]);
    rmSync(file);
    return measured;
  });
  console.log(`${renderTimes(times)}\n\n${renderRows(rows)}`);
  if (save) writeFileSync(MEASURED, `${JSON.stringify({ times, rows }, null, 2)}\n`);
}

/** In a process of its own, because Node 24 has Base64 of bytes behind a flag. Answers what it prints. */
function runHere(program, args) {
  const flags = ["--js-base-64", "--no-warnings"];
  const command = [...flags, join(import.meta.dirname, program), ...args];
  const stdio = ["ignore", "pipe", "inherit"];
  return JSON.parse(execFileSync(process.execPath, command, { stdio, encoding: "utf8" }));
}
