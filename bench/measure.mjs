/** What is measured: requests, answered by several Workers in turns. */

import { quantile } from "./quantile.mjs";
import { cpuOf, memoryOf } from "./workerd.mjs";

/** The turns that a Worker has in a round. */
export const SLICES = 6;

/** One result per Worker. Turns in short slices and in changing order, so that what disturbs one Worker disturbs all. */
export async function measure(generator, workers, { what, concurrency, round, count }) {
  const entries = [];
  for (const worker of workers) {
    const requests = await worker[what](count);
    const result = { what, concurrency, round, count, name: worker.name };
    entries.push({ worker, requests, result, cpuMs: 0, seconds: 0, milliseconds: [] });
  }
  for (let slice = 0; slice < SLICES; slice++) {
    const order = slice % 2 === 0 ? entries : entries.toReversed();
    for (const entry of order) await takeTurn(generator, entry, concurrency, count / SLICES);
  }
  return entries.map(finish);
}

async function takeTurn(generator, entry, concurrency, count) {
  const { pid, port } = entry.worker;
  const before = cpuOf(pid);
  const turn = await generator.run(port, concurrency, entry.requests.splice(0, count));
  entry.cpuMs += cpuOf(pid) - before;
  entry.seconds += turn.seconds;
  entry.milliseconds.push(...turn.milliseconds);
}

function finish({ worker, result, cpuMs, seconds, milliseconds }) {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  return {
    ...result,
    perSecond: result.count / seconds,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    cpuMs: cpuMs / result.count,
    memoryMiB: memoryOf(worker.pid),
  };
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
