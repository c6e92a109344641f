/**
 * `npm start`: from a fresh clone to a Stepgate on http://localhost:8000, offline. Makes the secrets if there are none, brings the local
 * database up to date, and runs the Worker in workerd until it is stopped. PORT and STATE_DIR choose the port and the folder of the data.
 */

import { existsSync, mkdirSync, mkdtempSync, rmdirSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { copyAssets } from "./assets.mjs";
import { Refusal, run } from "./refusal.mjs";
import { ensureSecrets, readSecrets } from "./secrets.mjs";
import { findCause, followLog } from "./server-log.mjs";
import {
  explainFailure,
  launchWrangler,
  ROOT,
  runWrangler,
  stopOnSignals,
  stopWranglers,
} from "./wrangler.mjs";

const DEFAULT_PORT = 8000;
const READY_PATIENCE_MS = 60_000;
const LOG_DELAY_MS = 500;

await run(async () => {
  stopOnSignals(0);
  const port = readPort(process.env.PORT);
  const stateDir = prepareStateDir(process.env.STATE_DIR);
  await assertPortFree(port);
  const fresh = prepareSecrets();
  copyAssets();
  await migrate(stateDir);
  await serve(port, stateDir, fresh);
});

function readPort(text) {
  if (!text) return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Refusal(`PORT=${text} is not a port: a number from 1 to 65535.`);
}

/** Absolute, made, and tried: rights alone do not say whether a folder can be written to. */
function prepareStateDir(given) {
  const folder = resolve(given || join(ROOT, ".wrangler/state"));
  try {
    makeFolder(folder);
    rmdirSync(mkdtempSync(join(folder, "probe-")));
    return folder;
  } catch (error) {
    const name = given ? `STATE_DIR=${given}` : folder;
    throw new Refusal(`${name} cannot be used for data: ${error.message}.`, { cause: error });
  }
}

/** Step by step: Node's own `recursive` never ends where the system says that a parent which exists does not. */
function makeFolder(folder) {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** On both loopback addresses: else a client that tries the other one first would reach a stranger. */
async function assertPortFree(port) {
  for (const host of ["127.0.0.1", "::1"]) {
    const code = await tryToListen(port, host);
    if (code === "EADDRINUSE") {
      throw new Refusal(`Port ${port} is in use. Choose another: PORT=${port + 1} npm start`);
    }
    if (code === "EACCES") throw new Refusal(`Port ${port} needs rights that you do not have.`);
  }
}

/** The error's code, or null. A machine without IPv6 has its own code, which is no reason to refuse. */
function tryToListen(port, host) {
  return new Promise((done) => {
    const probe = createServer();
    probe.once("error", ({ code }) => done(code));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => done(null)));
  });
}

/** Answers whether the secrets are new. */
function prepareSecrets() {
  const path = join(ROOT, ".dev.vars");
  const fresh = ensureSecrets(path, "Made by `npm start`, for this machine only.");
  try {
    readSecrets(path);
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    throw new Refusal(
      `${fault.message} Mend it, or delete .dev.vars together with the local data (.wrangler/state) to start afresh.`,
      { cause: fault },
    );
  }
  return fresh;
}

async function migrate(stateDir) {
  const apply = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", stateDir];
  const result = await runWrangler(apply);
  if (result.code === 0) return;
  const reason = explainFailure(result);
  throw new Refusal(`The database in ${stateDir} cannot be brought up to date: ${reason}`);
}

/** Runs until the server ends or is stopped. */
async function serve(port, stateDir, fresh) {
  const server = launchWrangler(devArguments(port, stateDir));
  const log = followLog(server);
  await untilReady(server, port, log).catch(async (refusal) => {
    await stopWranglers();
    throw refusal;
  });
  printBanner(port, fresh);
  log.open();
  await server.ended;
  if (!server.wasStopped) throw new Refusal("The server has stopped.");
}

/** `localhost` and not an address: workerd then listens on all that the name stands for, IPv4 and IPv6. */
function devArguments(port, stateDir) {
  const place = `--ip localhost --port ${port} --inspector-port 0 --local`.split(" ");
  const quiet = ["--log-level", "log", "--show-interactive-dev-session=false"];
  const issuer = `ISSUER_URL:http://localhost:${port}`;
  const compat = "COMPAT:0,1,2,3,4";
  return ["dev", ...place, "--persist-to", stateDir, "--var", issuer, "--var", compat, ...quiet];
}

/** Until it really answers; throws when it ends, refuses to serve, or takes too long. */
async function untilReady(server, port, log) {
  const deadline = Date.now() + READY_PATIENCE_MS;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Refusal("The server did not start; see above.");
    const health = await askHealth(port);
    if (health?.status === "ok") return;
    if (health?.code === "misconfigured") throw new Refusal(await explainRefusal(log));
    await sleep(150);
  }
  throw new Refusal(`No answer at http://localhost:${port} within a minute.`);
}

async function askHealth(port) {
  try {
    const response = await fetch(`http://localhost:${port}/healthz`);
    return await response.json();
  } catch {
    return null;
  }
}

/** The log line that says why comes a moment after the answer. */
async function explainRefusal({ lines }) {
  await sleep(LOG_DELAY_MS);
  const cause = findCause(lines) ?? "it is not set up correctly.";
  return `The Worker refuses to serve: ${cause} Bring back the .dev.vars that made the local data, or delete the data (STATE_DIR, else .wrangler/state).`;
}

function printBanner(port, fresh) {
  const url = `http://localhost:${port}`;
  const demo = port === DEFAULT_PORT ? "npm run demo" : `PORT=${port} npm run demo`;
  const vars = relative(process.cwd(), join(ROOT, ".dev.vars"));
  console.log(`
Stepgate answers at ${url}

  ${url}/         make an account and set up a second factor
  ${url}/console  apps, users and the audit trail, for the operator
  ${url}/docs     the API, to try out
  ${url}/redoc    the API, to read
  ${demo}     in a second terminal: enrol your phone, verify a code

The operator's token is ADMIN_TOKEN in ${vars}${fresh ? ", made just now" : ""}. Ctrl-C stops.
`);
}
