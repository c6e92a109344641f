/** What `npm start` adds to the Worker on a direct socket: how fast it is, what it does under many connections, and its memory. */

import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { databaseFile, LEDGER } from "../scripts/local/state.mjs";
import { SECRET_NAMES } from "../scripts/secrets.mjs";
import { findFreePort, startServer } from "../scripts/test-server.mjs";
import { CPUS, databaseIn, launch, serviceRequests } from "./contestants.mjs";
import { measure, median } from "./measure.mjs";
import { table, verdict } from "./table.mjs";
import { anonymousMemoryOf, childrenNamedWorkerd, memoryOf, pin } from "./workerd.mjs";

const WARM_UP = 1000;
const CONNECTIONS = 500;
const PATIENCE_MS = 5000;
const REQUESTS = 50_000;
/** Also in README.md. */
const TARGETS = { share: 0.8, memoryMiB: 300, restartSeconds: 2 };
const POLL_MS = 10;
const MEMORY = { resident: memoryOf, "of it anonymous": anonymousMemoryOf };
/** The other pages are those of the two programs' files: shared with whoever else runs them, and the system's to take back. */
const JUDGED = "of it anonymous";

/** Prints its tables. `root` is the checkout. */
export async function compareLocal(run, { root, service, rounds, count }) {
  const direct = await launch(run, { name: "direct socket", script: service.script });
  const local = await startLocal(run, root);
  const workers = [direct, local];
  for (const { port, verify } of workers) await run.generator.run(port, 16, verify(WARM_UP));
  const results = [];
  for (let round = 1; round <= rounds; round++) {
    const cell = { what: "verify", concurrency: 16, round, count };
    results.push(...(await measure(run.generator, workers, cell)));
  }
  console.log(speedTable(results));
  console.log(await crowdTable(run, workers));
  await direct.stop();
  console.log(await memoryTable(run, local));
  console.log(await restartTable(local));
  await local.stop();
}

/** The starter as a process of its own, on the seeded database. */
async function startLocal(run, root) {
  const stateDir = join(run.temporary, "state-npm-start");
  layOut(run.seeded.service, stateDir, root);
  const secretsFile = join(run.temporary, "secrets");
  const lines = SECRET_NAMES.map((name) => `${name}=${run.bindings[name]}\n`);
  writeFileSync(secretsFile, lines.join(""));
  const port = await findFreePort();
  const starter = [process.execPath, "scripts/start.mjs"];
  const command = ["env", `SECRETS_FILE=${secretsFile}`, ...starter];
  const server = startServer(port, stateDir, command);
  run.cleanUps.push(server.stop);
  await server.ready;
  const [pid] = childrenNamedWorkerd(server.child.pid);
  pin(pid, CPUS.workerd);
  const requests = serviceRequests(run, { port });
  return {
    name: "npm start",
    port,
    pid,
    starter: server.child.pid,
    stop: server.stop,
    ...requests,
  };
}

/** The seed knows nothing of migrations; a start refuses a database that does not. */
function layOut(seeded, stateDir, root) {
  const file = databaseFile(stateDir);
  mkdirSync(dirname(file), { recursive: true });
  for (const end of ["", "-wal"]) cpSync(databaseIn(seeded) + end, file + end);
  const database = new DatabaseSync(file);
  database.exec(LEDGER);
  const insert = database.prepare("INSERT INTO d1_migrations (name) VALUES (?)");
  const names = readdirSync(join(root, "migrations")).filter((name) => name.endsWith(".sql"));
  for (const name of names) insert.run(name);
  database.close();
}

function speedTable(results) {
  const of = (name, field) => results.filter((one) => one.name === name).map((one) => one[field]);
  const direct = of("direct socket", "perSecond");
  const shares = of("npm start", "perSecond").map((one, at) => one / direct[at]);
  const rows = [...new Set(results.map(({ name }) => name))].map((name) => {
    const isLocal = name === "npm start";
    const numbers = ["perSecond", "p50", "p99"].map((field) => median(of(name, field)).toFixed(1));
    const share = median(shares);
    const judged = verdict(share >= TARGETS.share, `>= ${TARGETS.share}`);
    return [
      name,
      ...numbers,
      ...(isLocal ? [share.toFixed(2), spread(shares), judged] : ["", "", ""]),
    ];
  });
  const head = [
    "verify, 16 connections",
    "req/s",
    "p50 ms",
    "p99 ms",
    "share",
    "by round",
    "target",
  ];
  return table(head, rows);
}

function spread(numbers) {
  return numbers.map((one) => one.toFixed(2)).join(" ");
}

/** Each connection asks five times. */
async function crowdTable({ generator }, workers) {
  const rows = [];
  for (const { name, port, verifyEarly } of workers) {
    const { milliseconds } = await generator.run(port, CONNECTIONS, verifyEarly(CONNECTIONS * 5));
    const late = milliseconds.filter((one) => one > PATIENCE_MS).length;
    const longest = Math.max(...milliseconds).toFixed(0);
    rows.push([name, milliseconds.length, longest, late, verdict(late === 0, "none")]);
  }
  const limit = `over ${PATIENCE_MS / 1000} s`;
  return table([`${CONNECTIONS} connections`, "requests", "longest ms", limit, "target"], rows);
}

/** Of the engine and of the starter, which do not share it. */
async function memoryTable({ generator, users, keys }, { port, pid, starter }) {
  const reads = Array.from({ length: REQUESTS }, (_, at) => {
    const { externalId, app } = users[at % users.length];
    const headers = { authorization: `Bearer ${keys[app]}` };
    return { method: "GET", path: `/v1/users/${externalId}`, headers, expected: { status: 200 } };
  });
  await generator.run(port, 16, reads);
  const rows = Object.entries(MEMORY).map(([name, of]) => {
    const [engine, node] = [of(pid), of(starter)];
    const numbers = [engine, node, engine + node].map((one) => one.toFixed(0));
    const most = TARGETS.memoryMiB;
    return [name, ...numbers, name === JUDGED ? verdict(engine + node <= most, `<= ${most}`) : ""];
  });
  const head = [`MiB of npm start, after ${REQUESTS} requests`, "workerd", "node"];
  return table([...head, "together", "target"], rows);
}

/** How long nothing answers when the engine is killed. */
async function restartTable({ port, pid, starter }) {
  const began = performance.now();
  process.kill(pid, "SIGKILL");
  while (!(await answers(port))) await sleep(POLL_MS);
  const seconds = (performance.now() - began) / 1000;
  const [engine] = childrenNamedWorkerd(starter);
  const judged = verdict(seconds <= TARGETS.restartSeconds, `<= ${TARGETS.restartSeconds} s`);
  const row = [seconds.toFixed(2), engine === pid ? "no" : "yes", judged];
  return table(["s from kill -9 of workerd to an answer", "a new one", "target"], [row]);
}

async function answers(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false;
  }
}
