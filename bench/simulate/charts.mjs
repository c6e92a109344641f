/** The curves of docs/scaling.md, by file name. */

import { drawChart } from "./chart.mjs";
import { COMMIT_LOADS, LOADS, QUIET_LOAD } from "./experiments.mjs";
import { FAILING } from "./summary.mjs";
import { CONTINENTS } from "./world.mjs";

const MILLISECONDS = [20, 50, 100, 200, 500, 1000, 2000, 5000];

export function renderCharts({ continents, loads, commits }) {
  return {
    "by-continent.svg": drawChart({
      title: `Median by continent, one primary in eastern North America, ${QUIET_LOAD} a second`,
      x: { values: CONTINENTS, label: "users in" },
      y: { ticks: MILLISECONDS, label: "ms, median" },
      curves: curvesOf(continents, "p50"),
    }),
    "by-load.svg": drawChart({
      title: "95th percentile by load, users of all continents",
      x: {
        values: loads[0].cells.map(({ at }) => at),
        ticks: LOADS,
        label: "verifications a second",
      },
      y: { ticks: MILLISECONDS.slice(2), label: "ms, 95th percentile" },
      curves: curvesOf(loads, "p95"),
    }),
    "by-commit-cost.svg": drawChart({
      title: "Two trips to one database, by what a commit costs it",
      x: {
        values: COMMIT_LOADS,
        ticks: [10, 30, 100, 300, 1000, 2000],
        label: "verifications a second",
      },
      y: { ticks: [400, 500, 600, 800, 1000], label: "ms, 99th percentile" },
      curves: curvesOf(commits, "p99"),
    }),
  };
}

function curvesOf(results, percentile) {
  return results.map(({ name, cells }) => ({
    name,
    points: cells.map((cell) => [cell.at, cell.failed > FAILING ? Infinity : cell[percentile]]),
  }));
}
