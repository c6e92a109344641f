/** What an isolate costs before it answers: the CPU of an engine that has answered one request, less that of one with an empty Worker. */

import { CPUS, databaseIn } from "./contestants.mjs";
import { median } from "./measure.mjs";
import { startBackend } from "./processes.mjs";
import { table, verdict } from "./table.mjs";
import { exactCpuOf, start } from "./workerd.mjs";

const STARTS = 15;
/** Also in README.md. */
const MAX_START_UP_MS = 60;
/** Needs no key; the empty Worker answers anything. */
const FIRST_REQUEST = "/v1/time";

/** Prints its table. `workers`: the empty one first. D1 is another process; the empty one asks it nothing. */
export async function measureStartUp(run, [empty, ...workers]) {
  const backend = await startBackend(databaseIn(run.seeded.service), CPUS.others);
  run.cleanUps.push(backend.stop);
  const times = new Map([empty, ...workers].map(({ name }) => [name, []]));
  for (let at = 0; at < STARTS; at++) {
    for (const one of [empty, ...workers]) {
      times.get(one.name).push(await startOnce(run, one, backend.port));
    }
  }
  const least = median(times.get(empty.name));
  const rows = workers.map(({ name }) => judge(name, times.get(name), least));
  const head = ["start-up", "CPU ms", "middle half", "engine alone", "target"];
  console.log(table(head, rows));
}

async function startOnce(run, { name, script }, backend) {
  const state = `${run.temporary}/state-start-up`;
  const { bindings } = run;
  const worker = await start({ name, script, state, bindings, backend, cpu: CPUS.workerd });
  try {
    const response = await fetch(`http://127.0.0.1:${worker.port}${FIRST_REQUEST}`);
    if (response.status !== 200) throw new Error(`${name}: ${await response.text()}`);
    await response.text();
    return exactCpuOf(worker.pid);
  } finally {
    await worker.stop();
  }
}

function judge(name, times, least) {
  const sorted = times.map((one) => one - least).toSorted((a, b) => a - b);
  const middle = [0.25, 0.75].map((part) => sorted[Math.floor(sorted.length * part)].toFixed(0));
  const own = median(sorted);
  const target = verdict(own <= MAX_START_UP_MS, `<= ${MAX_START_UP_MS} ms`);
  return [name, own.toFixed(1), middle.join(" to "), least.toFixed(0), target];
}
