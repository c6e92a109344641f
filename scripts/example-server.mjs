/** Starts an app of examples/ for a test, with the settings that its README names. */

import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "./refusal.mjs";
import { findFreePort } from "./test-server.mjs";
import { ROOT } from "./wrangler.mjs";

const PATIENCE_MS = 30_000;
const PAUSE_MS = 100;

/** Calls `use({ baseUrl, log })`, and ends the app whatever happens. What it stores goes into the folder. */
export async function withExample(example, { settings, folder }, use) {
  const port = await findFreePort();
  const options = {
    cwd: join(ROOT, "examples", example.name),
    env: envFor(settings, port, folder),
  };
  for (const [program, ...args] of example.prepare) execFileSync(program, args, options);
  const app = startApp(example.start(port), options);
  process.once("SIGINT", app.stop).once("SIGTERM", app.stop);
  try {
    const baseUrl = `http://127.0.0.1:${port}`;
    await untilItAnswers(baseUrl, app);
    await use({ baseUrl, log: app.log });
  } finally {
    await app.stop();
  }
}

function envFor(settings, port, folder) {
  return {
    ...process.env,
    ...settings,
    PORT: String(port),
    SECRET_KEY: "of this test alone, with more than 32 bytes",
    DATABASE: join(folder, "example.sqlite3"),
    PYTHONPATH: join(ROOT, "clients/python/src"),
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUNBUFFERED: "1",
  };
}

/** In a process group of its own, so that one signal ends all of it. */
function startApp([program, ...args], options) {
  const child = spawn(program, args, {
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => (output += chunk));
  }
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const ended = new Promise((resolve) => child.once("close", resolve));
  const stop = async () => {
    if (child.pid && !hasEnded()) process.kill(-child.pid, "SIGTERM");
    await ended;
  };
  return { hasEnded, stop, log: () => output };
}

async function untilItAnswers(baseUrl, app) {
  const end = Date.now() + PATIENCE_MS;
  while (!app.hasEnded() && Date.now() < end) {
    const answer = await fetch(new URL("/log-in", baseUrl)).catch(() => null);
    if (answer?.ok) return;
    await sleep(PAUSE_MS);
  }
  throw new Refusal(`The example did not start.\n${app.log()}`);
}
