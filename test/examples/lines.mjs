/**
 * That an example takes few lines: its imports, settings and calls of Stepgate. What it says to
 * people whose code is wrong comes on top.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Fewer than this. */
const LIMIT = 20;
const PROGRAM = /\.(py|m?js)$/;
const COMMENT = /^\s*(#|\/\/|\/?\*|""")/;
const INTEGRATES = /stepgate|\bclient\b|\b(begin|finish)\(|second_factor|secondFactor|Proof\(/i;

/** Throws if they are many. */
export function countLines(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => PROGRAM.test(file));
  const lines = files.flatMap((file) => readFileSync(join(folder, file), "utf8").split("\n"));
  const found = lines.filter((line) => INTEGRATES.test(line) && !COMMENT.test(line));
  if (found.length < LIMIT) return found.length;
  throw new Error(`${folder} has ${found.length} lines of Stepgate:\n${found.join("\n")}`);
}
