/** What a call costs at Cloudflare: what it asks of D1 and KV, by their own meters, and the dollars for a million of it. */

import { launch } from "./contestants.mjs";
import { PRICES } from "./list-prices.mjs";
import { table, verdict } from "./table.mjs";

const CALLS = 320;
const MILLION = 1e6;

/** Of a direct verification. Also in README.md. */
const TARGETS = { roundTrips: 2, rowsWritten: 4, dollars: 5.5 };

/** What is asked of each kind of Worker, and the requests that one of it takes: an answer is for a challenge, which is made first. */
const CALLS_OF = {
  floor: { verify: 1 },
  service: { verify: 1, answer: 2 },
  "better-auth": { verify: 1, recheck: 1 },
};
/** Of the service, rows that the clean-up deletes when their time has come. */
const EXPIRING = ["audit_events", "challenges"];

/** Prints its table. `cpuMsOf(name)` is what the isolate takes for a verification, and taken for that of any request. */
export async function comparePrices(run, contestants, cpuMsOf) {
  const rows = [];
  for (const one of contestants) {
    const worker = await launch(run, { ...one, front: "metered.js" });
    const cpuMs = cpuMsOf(one.name);
    // A fresh isolate reads more, once.
    await meter(run, worker, "verify");
    for (const [call, requests] of Object.entries(CALLS_OF[worker.kind])) {
      const metered = await meter(run, worker, call);
      rows.push(rowOf(one.name, call, { ...metered, requests, cpuMs: cpuMs * requests }));
    }
    await worker.stop();
  }
  const head = ["a million of", "requests", "CPU ms", "round trips", "rows read", "written"];
  console.log(table([...head, "deleted later", "KV reads", "writes", "dollars", "target"], rows));
}

/** Of one call, on the average. */
async function meter({ generator }, { kind, port, miniflare, ...worker }, call) {
  const readOff = async () => (await fetch(`http://127.0.0.1:${port}/meter`)).json();
  await readOff();
  await generator.run(port, 16, await worker[call](CALLS));
  const counts = { ...(await readOff()), rowsDeleted: 0 };
  if (kind === "service") counts.rowsDeleted = await deleteExpiring(miniflare);
  return Object.fromEntries(Object.entries(counts).map(([name, sum]) => [name, sum / CALLS]));
}

/** How many rows are written by deleting what these calls have left behind. */
async function deleteExpiring(miniflare) {
  const d1 = await miniflare.getD1Database("DB");
  const results = await d1.batch(EXPIRING.map((name) => d1.prepare(`DELETE FROM ${name}`)));
  return results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
}

function rowOf(name, call, amounts) {
  const { requests, cpuMs, roundTrips, rowsRead, rowsWritten, rowsDeleted } = amounts;
  const { kvReads, kvWrites } = amounts;
  const dollars =
    MILLION *
    (requests * PRICES.request.dollars +
      cpuMs * PRICES.cpuMs.dollars +
      rowsRead * PRICES.rowRead.dollars +
      (rowsWritten + rowsDeleted) * PRICES.rowWritten.dollars +
      kvReads * PRICES.kvRead.dollars +
      kvWrites * PRICES.kvWrite.dollars);
  const counts = [roundTrips, rowsRead, rowsWritten, rowsDeleted, kvReads, kvWrites];
  const judged = name === "stepgate" && call === "verify" ? judge({ ...amounts, dollars }) : "";
  return [
    `${name}, ${call}`,
    requests,
    cpuMs.toFixed(2),
    ...counts.map((one) => one.toFixed(1)),
    dollars.toFixed(2),
    judged,
  ];
}

function judge(amounts) {
  const met = Object.entries(TARGETS).every(([name, most]) => amounts[name] <= most);
  const { roundTrips, rowsWritten, dollars } = TARGETS;
  const words = `<= ${roundTrips} round trips, ${rowsWritten} written, ${dollars.toFixed(2)} dollars`;
  return verdict(met, words);
}
