/** What a log-in costs beside its password hash, and what hashing leaves in memory. */

import { launch } from "./contestants.mjs";
import { measure } from "./measure.mjs";
import { inTurnsOf, newAccounts, PASSWORD, takerOf } from "./people.mjs";
import { memoryOf, peakMemoryOf } from "./workerd.mjs";

/** The first hashes of an isolate are slow: its WebAssembly is compiled a second time while it runs. */
const WARM_UP = 60;
const ACCOUNTS = 48;
/** What has been asked when memory is looked at. */
const STAGES = [0, 1, 200, 400];
const PROCESSES = 3;

const ADDRESS = "192.0.2.1";
const AUTHENTICATED = { status: 200, has: { status: "authenticated" } };
const CHALLENGED = { status: 200, has: { status: "second_factor_required" } };

/** The accounts that these parts need: of the enrolled ones each spends one code. */
export function loginAccounts({ rounds, count }) {
  return {
    plain: newAccounts("plain", ACCOUNTS),
    enrolled: newAccounts("enrolled", WARM_UP + rounds * count, { enrolled: true }),
  };
}

/** Wrong passwords are counted by address too. */
export function login({ email, address = ADDRESS }, password, expected) {
  return { path: "/auth/login", headers: from(address), body: { email, password }, expected };
}

function from(address) {
  return { "cf-connecting-ip": address };
}

/** What is compared: how to ask for so many of each. */
function kinds({ plain, enrolled }) {
  const [one, other, once] = [inTurnsOf(plain), inTurnsOf(enrolled), takerOf(enrolled)];
  return {
    hash: (count) => Array.from({ length: count }, hashAlone),
    "no-second-factor": (count) => one(count).map(toTheSession),
    "to-the-challenge": (count) => other(count).map(toTheChallenge),
    "with-the-code": (count) => once(count).map(withTheCode),
  };
}

function hashAlone() {
  const expected = { status: 200, has: { valid: false } };
  return { path: "/", body: { password: PASSWORD }, expected };
}

function toTheSession(account) {
  return login(account, PASSWORD, AUTHENTICATED);
}

function toTheChallenge(account) {
  return login(account, PASSWORD, CHALLENGED);
}

function withTheCode(account) {
  const { secret } = account;
  const answer = {
    path: "/auth/challenge",
    headers: from(ADDRESS),
    secret,
    carry: "challengeToken",
  };
  return { ...toTheChallenge(account), next: { ...answer, expected: AUTHENTICATED } };
}

/** One connection: a log-in waits for nothing but itself. Each kind in a process of its own. */
export async function compareLogins(run, { service, hash, rounds, count, remote }) {
  const workers = [];
  for (const [name, ask] of Object.entries(kinds(run.accounts))) {
    const { script } = name === "hash" ? hash : service;
    const worker = await launch(run, { name, script, remote, requests: { login: ask } });
    await run.generator.run(worker.port, 1, ask(WARM_UP));
    workers.push(worker);
  }
  const results = [];
  for (let round = 1; round <= rounds; round++) {
    const cell = { what: "login", concurrency: 1, round, count };
    results.push(...(await measure(run.generator, workers, cell)));
  }
  for (const worker of workers) await worker.stop();
  return results;
}

/** Memory after so many in a row, each time in a new process. D1 and KV are elsewhere: theirs does not count. */
export async function watchMemory(run, { service, hash, rounds }) {
  const results = [];
  for (let round = 1; round <= Math.min(rounds, PROCESSES); round++) {
    for (const what of ["verify", "hash", "no-second-factor", "to-the-challenge"]) {
      const { script } = what === "hash" ? hash : service;
      const requests = kinds(run.accounts);
      const name = `memory-${what}-${round}`;
      const worker = await launch(run, { name, script, requests, remote: true });
      results.push({ what, ...(await memoryInStages(run.generator, worker, what)) });
      await worker.stop();
    }
  }
  return results;
}

async function memoryInStages(generator, worker, what) {
  const stages = [];
  let sent = 0;
  for (const stage of STAGES) {
    await generator.run(worker.port, 1, await worker[what](stage - sent));
    sent = stage;
    stages.push({ stage, memoryMiB: memoryOf(worker.pid) });
  }
  return { stages, peakMiB: peakMemoryOf(worker.pid) };
}
