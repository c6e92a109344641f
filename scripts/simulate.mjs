/**
 * Simulates verifications over the world (bench/simulate/), and reckons what they cost. Prints the tables of docs/scaling.md, and writes
 * them and its curves. With `--check` it writes nothing, and fails if a file is not what it would write.
 */

import { renderPage } from "../bench/simulate/page.mjs";
import { keepMade, readCheck, readIfThere } from "./made-files.mjs";
import { run } from "./refusal.mjs";

const PAGE = "docs/scaling.md";
const CHARTS = "docs/scaling";

await run(() => {
  const isCheck = readCheck(process.argv.slice(2));
  const { tables, page, charts } = renderPage(readIfThere(PAGE) ?? "");
  if (!isCheck) console.log(tables);
  const drawn = Object.entries(charts).map(([name, svg]) => [`${CHARTS}/${name}`, svg]);
  const files = { [PAGE]: page, ...Object.fromEntries(drawn) };
  keepMade(files, { isCheck, command: "npm run simulate" });
});
