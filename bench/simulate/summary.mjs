/** What notes of requests come to. */

import { quantile } from "../quantile.mjs";

/**
 * Percentiles over all requests, with those that failed as endless: a percentile that is among them is Infinity, so that failing does not
 * look fast. `failed` is their share.
 */
export function summarise(notes) {
  const sorted = Float64Array.from(notes, (note) => note.milliseconds).toSorted();
  const failed = sorted.length - countFinite(sorted);
  return {
    count: sorted.length,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    failed: failed / sorted.length,
  };
}

function countFinite(sorted) {
  const at = sorted.indexOf(Infinity);
  return at === -1 ? sorted.length : at;
}

/** From this share of failures on it matters how many fail, and no more how fast the others are. */
export const FAILING = 0.005;

/** A percentile as a table has it. */
export function inMilliseconds(number) {
  return number === Infinity ? "fails" : Math.round(number).toLocaleString("en-US");
}

export function percent(share, digits = 1) {
  return `${(share * 100).toFixed(digits)} %`;
}
