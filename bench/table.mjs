/** The tables of a run. */

import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { MAX_BUNDLE_KIB } from "./bundle-size.mjs";
import { median } from "./measure.mjs";

/** Also in README.md. */
const TARGETS = { ratio: 0.7, ratioAt: 16, verifyCpuMs: 0.75, page: 2 };

const COMPARED_WITH = ["floor", "better-auth"];

export function header({ users, rounds, count, pinned }) {
  const { version } = JSON.parse(
    readFileSync(new URL("../node_modules/workerd/package.json", import.meta.url), "utf8"),
  );
  return [
    `${cpus().length} cores (${cpus()[0].model.trim()}), Node ${process.version}, workerd ${version}, ` +
      (pinned ? "workerd on one core, load on another" : "not pinned"),
    `${users} users; ${rounds} rounds of ${count} requests a cell; every user is asked once`,
  ].join("\n");
}

export function bundleLine({ name, sizeKiB }) {
  const judged = verdict(sizeKiB <= MAX_BUNDLE_KIB, `<= ${MAX_BUNDLE_KIB} KiB`);
  return `bundle of ${name}: ${sizeKiB.toFixed(1)} KiB gzipped ${judged}`;
}

/** Every cell of every round. */
export function roundTable(results) {
  const rows = results.map((one) => [
    one.what,
    one.concurrency,
    one.round,
    one.name,
    one.perSecond.toFixed(0),
    one.p50.toFixed(1),
    one.p99.toFixed(1),
    (one.cpuMs * 1000).toFixed(0),
    one.memoryMiB.toFixed(0),
    ratioOf(results, one)?.toFixed(2) ?? "",
  ]);
  const head = ["what", "conc.", "round", "Worker", "req/s", "p50 ms", "p99 ms"];
  return table([...head, "CPU ms/1000", "RSS MiB", "ratio"], rows);
}

/** Medians over the rounds. */
export function medianTable(results) {
  const groups = Map.groupBy(results, (one) => `${one.what} ${one.concurrency} ${one.name}`);
  const rows = [...groups.values()].map((group) => {
    const [{ what, concurrency, name }] = group;
    const of = (field) => median(group.map((one) => one[field]));
    const ratios = group.map((one) => ratioOf(results, one)).filter((one) => one !== null);
    const ratio = ratios.length > 0 ? median(ratios) : null;
    const judged = ratio !== null && concurrency === TARGETS.ratioAt && name !== "floor";
    return [
      what,
      concurrency,
      name,
      of("perSecond").toFixed(0),
      of("p50").toFixed(1),
      of("p99").toFixed(1),
      (of("cpuMs") * 1000).toFixed(0),
      Math.max(...group.map((one) => one.memoryMiB)).toFixed(0),
      ratio?.toFixed(2) ?? "",
      judged ? verdict(ratio >= TARGETS.ratio, `>= ${TARGETS.ratio}`) : "",
    ];
  });
  const head = ["median of", "conc.", "Worker", "req/s", "p50 ms", "p99 ms", "CPU ms/1000"];
  return table([...head, "RSS MiB", "ratio", "target"], rows);
}

/** A page's time and CPU, and how many times those of the call they are: medians over the rounds. */
export function pageTable(results, { remote }) {
  const rows = [...Map.groupBy(results, ({ what }) => what)].map(([what, group]) => {
    const [pages, calls] = ["page", "api"].map((name) => group.filter((one) => one.name === name));
    const timesOf = (field) => pages.map((page, at) => page[field] / calls[at][field]);
    const ratio = median(timesOf("p50"));
    return [
      what,
      ...[pages, calls].flatMap((some) => [
        medianOf(some, "p50").toFixed(2),
        medianOf(some, "cpuMs").toFixed(2),
      ]),
      ratio.toFixed(2),
      median(timesOf("cpuMs")).toFixed(2),
      verdict(ratio <= TARGETS.page, `<= ${TARGETS.page}`),
    ];
  });
  const head = [`page, ${remote ? "D1 and KV elsewhere" : "together"}`, "p50 ms", "CPU ms"];
  return table([...head, "API p50 ms", "CPU ms", "times p50", "times CPU", "target"], rows);
}

function medianOf(results, field) {
  return median(results.map((one) => one[field]));
}

/** CPU of a verification, the median over the rounds. */
export function cpuMsOf(results, name) {
  return medianOf(
    results.filter((one) => one.name === name),
    "cpuMs",
  );
}

/** CPU of the Worker alone. */
export function isolateTable(results) {
  const groups = Map.groupBy(results, (one) => one.name);
  const rows = [...groups].map(([name, group]) => {
    const cpu = median(group.map((one) => one.cpuMs));
    const spread = group.map((one) => one.cpuMs.toFixed(2)).join(" ");
    const target = verdict(cpu <= TARGETS.verifyCpuMs, `<= ${TARGETS.verifyCpuMs} ms`);
    const more = median(group.map((one) => one.cpuMs - cpuOf(results, one.round, "stepgate")));
    const judged = COMPARED_WITH.includes(name) ? "" : target;
    return [name, cpu.toFixed(2), more.toFixed(3), spread, judged];
  });
  const head = ["D1 and KV elsewhere", "CPU ms a verify", "vs stepgate", "by round", "target"];
  return table(head, rows);
}

function cpuOf(results, round, name) {
  return results.find((one) => one.round === round && one.name === name).cpuMs;
}

/** Requests per second relative to the floor's in the same round; null where the floor has no such call. */
function ratioOf(results, { what, concurrency, round, perSecond }) {
  const floor = results.find(
    (one) =>
      one.name === "floor" &&
      one.what === what &&
      one.concurrency === concurrency &&
      one.round === round,
  );
  return floor ? perSecond / floor.perSecond : null;
}

export function verdict(met, target) {
  return `${target} ${met ? "met" : "MISSED"}`;
}

export function table(head, rows) {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, at) => Math.max(...lines.map((line) => line[at].length)));
  const draw = (line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at]))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const [first, ...others] = lines.map(draw);
  return ["", first, rule, ...others].join("\n");
}
