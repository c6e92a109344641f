/** docs/scaling.md: its tables and its curves. The words between them are written by hand. */

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
import { readMeasured, renderRows, renderTimes } from "./measured.mjs";
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
 * Runs everything. `page`: docs/scaling.md as it is. Answers it with new tables, the tables alone with their names, to print, and the
 * curves by file name.
 */
export function renderPage(page) {
  const { times, bytes } = readMeasured();
  const [continents, loads, commits] = [byContinent(), byLoad(), byCommitCost()];
  const texts = {
    "a-database": renderCapacity(bytes),
    "its-limits": limits(bytes),
    growth: renderGrowth(bytes),
    layouts: renderScenarios(),
    continents: renderContinents(continents),
    loads: renderLoads(loads),
    commits: renderCommits(commits),
    "hot-shard": renderHot(byHotShard()),
    outage: renderOutage(byOutage()),
    lag: renderLag(byLag()),
    "direct-price": renderBill("direct", bytes),
    "challenge-price": renderBill("challenge", bytes),
    "measured-times": renderTimes(times),
    "measured-rows": renderRows(bytes),
    assumptions: markdownTable(
      ["the model takes", "ms, or share; median / p95", "", "from"],
      assumptionRows(),
    ),
    "round-trips": renderRoundTrips(),
    seeds: seeds(),
  };
  const tables = Object.entries(texts).map(([name, text]) => `${name}\n\n${text}\n`);
  return {
    page: fillIn(page, texts),
    tables: tables.join("\n"),
    charts: renderCharts({ continents, loads, commits }),
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
