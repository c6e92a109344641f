/** The tables of docs/scaling.md that come from experiments. */

import { CONTINENTS, roundTripRows } from "./world.mjs";
import { HOT_LOADS, LOADS, OUTAGE } from "./experiments.mjs";
import { grouped, markdownTable } from "./markdown.mjs";
import { SCENARIOS } from "./scenarios.mjs";
import { SHARDS } from "./shards.mjs";
import { FAILING, inMilliseconds, percent } from "./summary.mjs";

export function renderScenarios() {
  const rows = Object.entries(SCENARIOS).map(([name, { about }]) => [name, about]);
  return markdownTable(["layout", "what it is"], rows);
}

export function renderRoundTrips() {
  const { head, rows } = roundTripRows();
  return markdownTable(head, rows);
}

export function renderContinents(results) {
  const rows = results.map(({ name, cells }) => [name, ...cells.map(threeOf)]);
  return markdownTable(["ms: p50 / p95 / p99", ...CONTINENTS], rows);
}

export function renderLoads(results) {
  const rows = results.map(({ name, cells, count }) => [
    name,
    ...cells.filter(({ at }) => LOADS.includes(at)).map((cell) => loadCell(cell, count)),
  ]);
  return markdownTable(["ms: p50 / p95 / p99, at a second", ...LOADS.map(grouped)], rows);
}

function loadCell(cell, count) {
  if (cell.isHopeless) return "fails";
  const shards = count ? `, ${grouped(count(cell.at))} shards` : "";
  return `${threeOf(cell)}${shards}`;
}

export function renderCommits(results) {
  const shown = [50, 100, 160, 200, 300, 500, 1000];
  const rows = results.map(({ name, isTaken, cells }) => [
    isTaken ? `${name} (taken elsewhere)` : name,
    ...shown.map((load) => threeOf(cells.find(({ at }) => at === load))),
  ]);
  return markdownTable(
    ["safe after, on the average", ...shown.map((one) => `${grouped(one)} a second`)],
    rows,
  );
}

export function renderHot(results) {
  const rows = HOT_LOADS.flatMap((load) =>
    results
      .filter((one) => one.load === load)
      .map(({ wholeApps, share, hottest, others }) => [
        grouped(load),
        wholeApps ? "an app on one shard" : "an app over all shards",
        percent(share),
        threeOf(hottest),
        threeOf(others),
      ]),
  );
  const head = [
    "a second",
    `${SHARDS} shards`,
    "fullest shard has",
    "its users wait",
    "all others",
  ];
  return markdownTable(head, rows);
}

export function renderOutage(results) {
  const title = `${SHARDS} shards, ${grouped(OUTAGE.load)} a second`;
  const columns = results.map(({ refuses }) => (refuses ? "it refuses at once" : "it is silent"));
  const row = (name, cell) => [name, ...results.map(cell)];
  return markdownTable(
    [title, ...columns],
    [
      row("share of users that is hit", ({ share }) => percent(share)),
      row("of these, failed in the minute", ({ hit }) => percent(hit.failed)),
      row("and knew it after, ms, p50 / p95 / p99", ({ told }) => threeOf(told)),
      row("all others in the minute, ms", ({ others }) => threeOf(others)),
      row("everybody before it, ms", ({ before }) => threeOf(before)),
      row("those users after it, ms", ({ after }) => threeOf(after)),
    ],
  );
}

export function renderLag(results) {
  const rows = results.map(({ name, refused, behind, all, again }) => [
    name,
    percent(refused, 2),
    percent(behind, 2),
    again ? inMilliseconds(again.p50) : "",
    threeOf(all),
  ]);
  const head = ["lag of the replicas", "refused, so asked again", "behind, so asked again"];
  return markdownTable([...head, "these wait, ms, p50", "everybody, ms"], rows);
}

function threeOf({ p50, p95, p99, failed }) {
  if (failed > FAILING) return `${percent(failed, 0)} fail`;
  return [p50, p95, p99].map(inMilliseconds).join(" / ");
}
