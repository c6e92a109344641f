/**
 * Simulates verifications over the world (bench/simulate/), and reckons what they cost. Prints the tables of docs/scaling.md, deploy.md and
 * storage.md, and writes them and the curves. With `--check` it writes nothing, and fails if a file is not what it would write.
 */

import { renderPages } from "../bench/simulate/page.mjs";
import { keepMade, readCheck, readIfThere } from "./made-files.mjs";
import { run } from "./refusal.mjs";

const CHARTS = "docs/scaling";

await run(() => {
  const isCheck = readCheck(process.argv.slice(2));
  const { tables, pages, charts } = renderPages((path) => readIfThere(path) ?? "");
  if (!isCheck) console.log(tables);
  const drawn = Object.entries(charts).map(([name, svg]) => [`${CHARTS}/${name}`, svg]);
  const files = { ...pages, ...Object.fromEntries(drawn) };
  keepMade(files, { isCheck, command: "npm run simulate" });
});
