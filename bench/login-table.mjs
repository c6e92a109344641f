/** The tables about log-ins. */

import { median } from "./measure.mjs";
import { quantile } from "./quantile.mjs";
import { table, verdict } from "./table.mjs";

/** Of the CPU of a log-in, everything but the hash. Also in README.md. */
const SHARE_TARGET = 0.15;
/** The standard error of a median of n, of normally distributed times, is this times the middle half's width over the root of n. */
const MEDIAN_ERROR = 1.2533 / 1.349;
/** 19 of 20 lie within so many standard errors. */
const CONFIDENCE = 1.96;

/** Medians over the rounds; the hash is that of the same round. The target is about the Worker's own CPU. */
export function loginTable(results, { remote }) {
  const groups = Map.groupBy(results, ({ name }) => name);
  const rows = [...groups].map(([name, group]) => {
    const of = (field) => median(group.map((one) => one[field]));
    const shares = group.map((one) => 1 - hashOf(results, one.round) / one.cpuMs);
    const more = median(group.map((one) => one.cpuMs - hashOf(results, one.round)));
    const share = median(shares);
    const met = verdict(share <= SHARE_TARGET, `<= ${SHARE_TARGET * 100} %`);
    const numbers = [of("perSecond"), of("p50"), of("p99"), of("cpuMs")].map((one) =>
      one.toFixed(1),
    );
    const beside = [more.toFixed(2), percent(share), shares.map(percent).join(" ")];
    const isHash = name === "hash";
    return [name, ...numbers, ...(isHash ? ["", "", ""] : beside), remote && !isHash ? met : ""];
  });
  const head = [
    `log-in, ${setting(remote)}`,
    "req/s",
    "p50 ms",
    "p99 ms",
    "CPU ms",
    "not the hash",
  ];
  return table([...head, "share", "by round", "target"], rows);
}

function hashOf(results, round) {
  return results.find((one) => one.name === "hash" && one.round === round).cpuMs;
}

/** `not the hash` may come out below zero where it is less than the noise. */
function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}

/** Medians, quartiles, and the distance of the medians from that of an unknown name, with its error. */
export function timingTable(results, { remote }) {
  const cases = results.map(({ name, times }) => ({ name, ...summaryOf(times) }));
  const unknown = cases.find(({ name }) => name === "unknown");
  const rows = cases.map(({ name, count, middle, quartiles, error }) => [
    name,
    count,
    middle.toFixed(2),
    quartiles.map((one) => one.toFixed(2)).join(" to "),
    signed(middle - unknown.middle),
    (CONFIDENCE * Math.hypot(error, unknown.error)).toFixed(2),
  ]);
  const head = [`wrong password, ${setting(remote)}`, "log-ins", "median ms", "middle half ms"];
  return table([...head, "vs unknown", "+-"], rows);
}

function summaryOf(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const [low, high] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const error = (MEDIAN_ERROR * (high - low)) / Math.sqrt(times.length);
  return { count: times.length, middle: median(times), quartiles: [low, high], error };
}

function signed(milliseconds) {
  return `${milliseconds < 0 ? "" : "+"}${milliseconds.toFixed(2)}`;
}

/** Medians over the processes, in the order of asking. */
export function memoryTable(results) {
  const groups = Map.groupBy(results, ({ what }) => what);
  const rows = [...groups].map(([what, group]) => {
    const stages = group[0].stages.map((_, at) =>
      median(group.map((one) => one.stages[at].memoryMiB)).toFixed(0),
    );
    const last = group.map(({ stages: all }) => all.at(-1).memoryMiB.toFixed(0)).join(" ");
    const peak = Math.max(...group.map(({ peakMiB }) => peakMiB)).toFixed(0);
    return [what, ...stages, last, peak];
  });
  const stages = results[0].stages.map(({ stage }) => (stage === 0 ? "before" : `after ${stage}`));
  const head = ["RSS MiB, D1 and KV elsewhere", ...stages, "the last, by process", "at most"];
  return table(head, rows);
}

function setting(remote) {
  return remote ? "D1 and KV elsewhere" : "together";
}
