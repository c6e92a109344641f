/**
 * `npm run bench`: what a verification and a log-in cost, beside the least that they could cost. README.md says how to read it.
 *
 * A table, not a test: it fails only when an answer is wrong.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  betterAuthRequests,
  compareBetterAuth,
  prepareBetterAuth,
  seedBetterAuth,
} from "./better-auth.mjs";
import { addKind, CPUS, launch } from "./contestants.mjs";
import { compareLogins, loginAccounts, watchMemory } from "./login.mjs";
import { compareLocal } from "./local.mjs";
import { loginTable, memoryTable, timingTable } from "./login-table.mjs";
import { measure, SLICES } from "./measure.mjs";
import { comparePages, pageAccounts } from "./pages.mjs";
import { newUsers } from "./people.mjs";
import { bundle, newBindings, seedFloor, seedService } from "./prepare.mjs";
import { comparePrices } from "./price.mjs";
import { startGenerator } from "./processes.mjs";
import { measureScale } from "./scale.mjs";
import { measureStartUp } from "./start-up.mjs";
import { measureStorage } from "./storage.mjs";
import {
  bundleLine,
  cpuMsOf,
  header,
  isolateTable,
  medianTable,
  pageTable,
  roundTable,
} from "./table.mjs";
import { compareRefusals, timingAccounts } from "./timing.mjs";
import { pin } from "./workerd.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const WARM_UP = 1000;
/** Both settings of the parts about log-ins and pages. */
const SETTINGS = [{ remote: true }, { remote: false }];

const { values: options } = parseArgs({
  options: {
    users: { type: "string" },
    rounds: { type: "string", default: "5" },
    requests: { type: "string", default: "720" },
    concurrency: { type: "string", default: "1,16,64" },
    only: {
      type: "string",
      default: "start-up,isolate,verify,challenge,login,pages,timing,memory,local",
    },
    also: { type: "string", multiple: true, default: [] },
    save: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const count = inSlices(Number(options.requests));
/** A log-in costs as much as thirty verifications. */
const logins = inSlices(count / 6);
const concurrencies = options.concurrency.split(",").map(Number);
const only = new Set(options.only.split(","));

const temporary = mkdtempSync(join(tmpdir(), "stepgate-bench-"));
const cleanUps = [() => rmSync(temporary, { recursive: true, force: true })];
try {
  await main();
} finally {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
}

async function main() {
  if (only.delete("storage")) {
    const { script } = bundleBench("storage");
    measureStorage({ script, root: ROOT, temporary, users: Number(options.users ?? 1_000_000) });
    if (only.size === 0) return;
  }
  if (only.delete("scale")) {
    const { script } = bundleBench("storage");
    const { users, save } = options;
    measureScale({ script, root: ROOT, temporary, users: users && Number(users), save });
    if (only.size === 0) return;
  }
  const needed = WARM_UP + rounds * count * (concurrencies.length + 1);
  const users = newUsers(Math.max(Number(options.users ?? 20_000), needed));
  const pinned = pin(process.pid, CPUS.others);
  console.log(header({ users: users.length, rounds, count, pinned }));
  const checkouts = [`stepgate=${ROOT}`, ...options.also].map(bundleCheckout);
  for (const one of checkouts) console.log(bundleLine(one));

  const accounts = {
    ...loginAccounts({ rounds, count: logins }),
    ...timingAccounts(),
    ...pageAccounts(),
  };
  const run = { temporary, cleanUps, users, accounts, bindings: newBindings() };
  run.generator = await startGenerator(CPUS.others);
  cleanUps.push(run.generator.stop);
  const floor = { kind: "floor", ...bundleNamed("floor") };
  await seed(run, floor);
  const contestants = [floor, ...checkouts];
  if (only.has("better-auth")) {
    const library = prepareBetterAuth(ROOT, temporary);
    run.seeded["better-auth"] = join(temporary, "seeded-better-auth");
    await seedBetterAuth(run, library, run.seeded["better-auth"]);
    addKind("better-auth", betterAuthRequests);
    contestants.push(library);
    await compareBetterAuth(run, contestants, { rounds, count });
  }
  if (only.has("start-up")) await measureStartUp(run, [bundleNamed("empty"), ...checkouts]);
  if (only.has("isolate")) await compareIsolates(run, contestants);
  if (only.has("verify") || only.has("challenge")) await compare(run, contestants);
  if (only.has("local")) {
    await compareLocal(run, { root: ROOT, service: checkouts[0], rounds, count });
  }
  if (only.has("pages")) await compareWithApi(run, checkouts[0]);
  if (["login", "timing", "memory"].some((part) => only.has(part))) {
    await compareAroundTheHash(run, checkouts[0]);
  }
}

/** Log-ins: what is left of their cost without the password hash, and what they tell and leave behind. */
async function compareAroundTheHash(run, service) {
  const workers = { service, hash: bundleBench("hash") };
  const about = { ...workers, rounds, count: logins };
  for (const setting of SETTINGS) {
    if (!only.has("login")) continue;
    console.log(loginTable(await compareLogins(run, { ...about, ...setting }), setting));
  }
  for (const setting of SETTINGS) {
    if (!only.has("timing")) continue;
    console.log(timingTable(await compareRefusals(run, { ...about, ...setting }), setting));
  }
  if (only.has("memory")) console.log(memoryTable(await watchMemory(run, about)));
}

/** Pages, beside the API. */
async function compareWithApi(run, service) {
  for (const { remote } of SETTINGS) {
    const results = await comparePages(run, {
      service,
      rounds,
      count: inSlices(count / 3),
      remote,
    });
    console.log(pageTable(results, { remote }));
  }
}

/** One connection is slow, and steadier: a third of the requests will do. */
function countAt(concurrency) {
  return concurrency === 1 ? inSlices(count / 3) : count;
}

function inSlices(requests) {
  return Math.ceil(requests / SLICES) * SLICES;
}

function bundleCheckout(text) {
  const [name, root] = text.split("=");
  return { name, ...bundle(resolve(root), "src/index.ts", join(temporary, name)) };
}

function bundleBench(name) {
  return bundle(ROOT, `bench/workers/${name}.js`, join(temporary, `bench-${name}`));
}

function bundleNamed(name) {
  return { name, ...bundleBench(name) };
}

async function seed(run, floor) {
  run.seeded = { service: join(temporary, "seeded"), floor: join(temporary, "seeded-floor") };
  await seedFloor({ ...run, script: floor.script, state: run.seeded.floor });
  const { script } = bundleBench("seed");
  run.keys = await seedService({ ...run, root: ROOT, script, state: run.seeded.service });
}

/** Each Worker with its simulated D1, KV and rate limits in one process, on one thread. */
async function compare(run, contestants) {
  const workers = [];
  for (const one of contestants) workers.push(await launch(run, one));
  await warmUp(run, workers);
  const answering = workers.filter((worker) => worker.answer);
  const results = [];
  for (let round = 1; round <= rounds; round++) {
    for (const concurrency of only.has("verify") ? concurrencies : []) {
      const cell = { what: "verify", concurrency, round, count: countAt(concurrency) };
      results.push(...(await measure(run.generator, workers, cell)));
    }
    if (!only.has("challenge")) continue;
    const cell = { what: "answer", concurrency: 16, round, count };
    results.push(...(await measure(run.generator, answering, cell)));
  }
  console.log(roundTable(results));
  console.log(medianTable(results));
}

/** Each Worker alone in its process, D1 and KV in another. */
async function compareIsolates(run, contestants) {
  const workers = [];
  for (const one of contestants) workers.push(await launch(run, { ...one, remote: true }));
  await warmUp(run, workers);
  const results = [];
  for (let round = 1; round <= rounds; round++) {
    const cell = { what: "verify", concurrency: 16, round, count };
    results.push(...(await measure(run.generator, workers, cell)));
  }
  for (const worker of workers) await worker.stop();
  console.log(isolateTable(results));
  await comparePrices(run, contestants, (name) => cpuMsOf(results, name));
}

async function warmUp({ generator }, workers) {
  for (const { port, verify } of workers) await generator.run(port, 16, verify(WARM_UP));
}
