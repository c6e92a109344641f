/** Files that a script makes, and that are committed: written, or with `--check` compared with what would be written. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Refusal } from "./refusal.mjs";
import { ROOT } from "./wrangler.mjs";

/** Whether the script was called with `--check`, which is all that it knows. */
export function readCheck(given) {
  const unknown = given.find((argument) => argument !== "--check");
  if (unknown) throw new Refusal(`Unknown argument ${unknown}. There is --check.`);
  return given.includes("--check");
}

/** Gives the text of a file of this repository, or null. */
export function readIfThere(file) {
  try {
    return readFileSync(join(ROOT, file), "utf8");
  } catch {
    return null;
  }
}

/** Writes those of the files (texts by their paths) that are out of date. With `isCheck`, refuses instead. */
export function keepMade(files, { isCheck, command }) {
  const stale = Object.entries(files).filter(([file, text]) => readIfThere(file) !== text);
  if (isCheck && stale.length > 0) {
    const names = stale.map(([file]) => file).join(" and ");
    throw new Refusal(`Out of date: ${names}. Run \`${command}\` and commit.`);
  }
  for (const [file, text] of stale) {
    const path = join(ROOT, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
