/** docs/scaling.md, its tables and its curves, and the tables of other pages that have the same numbers. The words between are by hand. */

import { ASSUMED, assumptionRows } from "./assumptions.mjs";
import { mostASecond, mostUsers } from "./capacity.mjs";
import { renderCharts } from "./charts.mjs";
import {
  byCommitCost,
  byContinent,
  byHotShard,
  byLag,
  byLoad,
  byOutage,
  SEEDS,
} from "./experiments.mjs";
import { fillIn, grouped, markdownTable } from "./markdown.mjs";
import { readMeasured, renderRows, renderSizes, renderTimes } from "./measured.mjs";
import { renderArchived, renderMillion } from "./million.mjs";
import { renderBill, renderCapacity, renderGrowth } from "./money.mjs";
import {
  renderCommits,
  renderContinents,
  renderHot,
  renderLag,
  renderLoads,
  renderOutage,
  renderRoundTrips,
  renderScenarios,
} from "./tables.mjs";

/**
 * Runs everything. `read`: gives the text of a page by its path. Answers the pages with new tables, the tables alone with their names, to
 * print, and the curves by file name.
 */
export function renderPages(read) {
  const [continents, loads, commits] = [byContinent(), byLoad(), byCommitCost()];
  const simulated = {
    layouts: renderScenarios(),
    continents: renderContinents(continents),
    loads: renderLoads(loads),
    commits: renderCommits(commits),
    "hot-shard": renderHot(byHotShard()),
    outage: renderOutage(byOutage()),
    lag: renderLag(byLag()),
    assumptions: markdownTable(
      ["the model takes", "ms, or share; median / p95", "", "from"],
      assumptionRows(),
    ),
    "round-trips": renderRoundTrips(),
    seeds: seeds(),
  };
  const { "docs/scaling.md": ofScaling, ...others } = reckon();
  const texts = { ...others, "docs/scaling.md": { ...simulated, ...ofScaling } };
  const tables = Object.values(texts).flatMap(Object.entries);
  return {
    pages: Object.fromEntries(
      Object.entries(texts).map(([path, some]) => [path, fillIn(read(path), some)]),
    ),
    tables: tables.map(([name, text]) => `${name}\n\n${text}\n`).join("\n"),
    charts: renderCharts({ continents, loads, commits }),
  };
}

/** The tables of each page that need no simulation. */
export function reckon() {
  const { times, rows, bytes } = readMeasured();
  return {
    "docs/scaling.md": {
      "a-database": renderCapacity(bytes),
      "its-limits": limits(bytes),
      growth: renderGrowth(bytes),
      "direct-price": renderBill("direct", bytes),
      "challenge-price": renderBill("challenge", bytes),
      "measured-times": renderTimes(times),
      "measured-rows": renderSizes(bytes),
    },
    "docs/deploy.md": {
      "a-million": renderMillion(bytes),
      "a-million-archived": renderArchived(bytes),
    },
    "docs/storage.md": { rows: renderRows(rows) },
  };
}

function limits(bytes) {
  return markdownTable(
    ["reached first by", "at"],
    [
      ["users alone, 10 GB", `${grouped(mostUsers({ bytes }))} users`],
      ["the thread, always busy", `${grouped(mostASecond(ASSUMED))} direct verifications a second`],
      ["the thread, as shards are planned here", `${ASSUMED.perDatabase} a second`],
      ["one API key, by its rate limit", "100 a second"],
    ],
  );
}

function seeds() {
  const list = Object.entries(SEEDS).map(([name, seed]) => `${name} ${seed}`);
  return `Seeds: ${list.join(", ")}.`;
}
