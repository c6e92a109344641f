/** What an example promises about its program: that Stepgate takes few lines, and which ones. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Fewer than this. */
const LIMIT = 20;
const PROGRAM = /\.(py|m?js)$/;
const COMMENT = /^\s*(#|\/\/|\/?\*|""")/;
/** Imports, settings and calls. What an app says to people whose code is wrong comes on top. */
const INTEGRATES =
  /stepgate|\bclient\b|\b(begin|finish)\(|second_factor|secondFactor|\bProof\(|\bproof:/i;
const BLOCK = /^```(?:python|js)\n(.*?)^```/gms;
const COMMENT_AT_END = /\s+(#|\/\/) .*$/;

/** The lines of Stepgate. Throws if they are many, or if the README shows other lines than the program has. */
export function countLines(folder) {
  const files = readdirSync(folder, { recursive: true }).filter(isProgram);
  const lines = files.flatMap((file) => readFileSync(join(folder, file), "utf8").split("\n"));
  assertShown(join(folder, "README.md"), new Set(lines.map((line) => line.trim())));
  const found = lines.filter((line) => INTEGRATES.test(line) && !COMMENT.test(line));
  assert.ok(found.length < LIMIT, `${found.length} lines of Stepgate:\n${found.join("\n")}`);
  return found.length;
}

function isProgram(file) {
  return PROGRAM.test(file) && !file.includes("node_modules");
}

function assertShown(readme, program) {
  const blocks = [...readFileSync(readme, "utf8").matchAll(BLOCK)].map(([, block]) => block);
  const lines = blocks.flatMap((block) => block.split("\n")).filter((line) => !COMMENT.test(line));
  for (const line of lines.map((text) => text.replace(COMMENT_AT_END, "").trim())) {
    assert.ok(program.has(line), `${readme} shows a line that the program does not have: ${line}`);
  }
}
