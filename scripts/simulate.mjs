/**
 * Simulates verifications over the world (bench/simulate/), and reckons what they cost. Prints the tables of docs/scaling.md, and writes
 * them and its curves. With `--check` it writes nothing, and fails if a file is not what it would write.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderPage } from "../bench/simulate/page.mjs";
import { Refusal, run } from "./refusal.mjs";
import { ROOT } from "./wrangler.mjs";

const PAGE = "docs/scaling.md";
const CHARTS = "docs/scaling";

await run(() => {
  const isCheck = readArguments(process.argv.slice(2));
  const { tables, page, charts } = renderPage(readIfThere(PAGE));
  if (!isCheck) console.log(tables);
  const drawn = Object.entries(charts).map(([name, svg]) => [`${CHARTS}/${name}`, svg]);
  const files = [[PAGE, page], ...drawn].filter(([file, text]) => readIfThere(file) !== text);
  if (isCheck && files.length > 0) {
    const names = files.map(([file]) => file).join(", ");
    throw new Refusal(`Out of date: ${names}. Run \`npm run simulate\` and commit.`);
  }
  for (const [file, text] of files) write(file, text);
});

function readArguments(given) {
  const unknown = given.find((argument) => argument !== "--check");
  if (unknown) throw new Refusal(`Unknown argument ${unknown}. There is --check.`);
  return given.includes("--check");
}

function readIfThere(file) {
  try {
    return readFileSync(join(ROOT, file), "utf8");
  } catch {
    return "";
  }
}

function write(file, text) {
  mkdirSync(dirname(join(ROOT, file)), { recursive: true });
  writeFileSync(join(ROOT, file), text);
}
