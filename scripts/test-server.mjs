/**
 * Starts a server for a test from outside: `npm start` with a free port, and a folder for its data
 * that is deleted afterwards.
 */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refusal } from "./refusal.mjs";
import { readSecrets } from "./secrets.mjs";
import { ROOT } from "./wrangler.mjs";

const START = ["npm", "start"];
const READY = /Stepgate answers at (\S+)/;

/**
 * Calls `use({ baseUrl, adminToken, folder, log, stop })`, and ends the server whatever happens.
 * `log()` gives everything that it has printed, and `stop()` ends it early. `settings` are more
 * variables of its environment.
 */
export async function withServer(use, settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), "stepgate-test-"));
  const server = startServer(await findFreePort(), join(folder, "state"), START, settings);
  process.once("SIGINT", server.stop).once("SIGTERM", server.stop);
  try {
    const baseUrl = await server.ready;
    const adminToken = readSecrets(join(ROOT, ".dev.vars")).ADMIN_TOKEN;
    await use({ baseUrl, adminToken, folder, log: server.log, stop: server.stop });
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Finds a port that nobody listens on. */
export function findFreePort() {
  return new Promise((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

/** Starts the server in a process group of its own, so that one signal ends all of it. */
export function startServer(port, stateDir, command = START, settings = {}) {
  const env = { ...process.env, ...settings, PORT: String(port), STATE_DIR: stateDir };
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const stop = async () => {
    const isRunning = child.exitCode === null && child.signalCode === null;
    if (child.pid && isRunning) process.kill(-child.pid, "SIGTERM");
    await ended;
  };
  return { ...follow(child, ended), child, ended, stop };
}

/** Follows what it prints, and waits for the address that it says it answers at. */
function follow(child, ended) {
  let output = "";
  let baseUrl;
  const ready = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk) => {
        output += chunk;
        // Once, and not over all that is logged afterwards: who reads slowly holds the engine up, which writes into the same pipe.
        if (baseUrl) return;
        [, baseUrl] = READY.exec(output) ?? [];
        if (baseUrl) resolve(baseUrl);
      });
    }
    void ended.then(() => reject(new Refusal(`The server did not start.\n${output}`)));
  });
  return { ready, log: () => output };
}
