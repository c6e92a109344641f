/** Runs wrangler under the Node that `npm ci` brought, quietly, and never leaves one behind. */

import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Refusal } from "./refusal.mjs";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const WINDOWS = process.platform === "win32";
const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
const NODE = join(ROOT, "node_modules/node/bin", WINDOWS ? "node.exe" : "node");
const STOP_PATIENCE_MS = 5000;
const PARENT_CHECK_MS = 500;

/** No metrics, no banner, and no look-up of the edge's location, which an offline start would wait for. */
export const QUIET = {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
};

const running = new Set();

/** Starts wrangler in a process group of its own, so that one signal later ends it together with its workerd. No stdin: it cannot ask. */
export function launchWrangler(args, { env = process.env, output = "pipe" } = {}) {
  const [command, ...before] = findWrangler(env);
  const child = spawn(command, [...before, ...args], {
    cwd: ROOT,
    env: { ...env, ...QUIET },
    stdio: ["ignore", output, output],
    detached: !WINDOWS,
  });
  running.add(child);
  child.ended = new Promise((resolve) => child.once("close", resolve));
  child.once("close", () => running.delete(child));
  return child;
}

/**
 * The first one on the PATH, where npm puts this checkout's. That one runs under the Node that `npm ci` brought, and also where the PATH
 * has none.
 */
function findWrangler({ PATH = "" }) {
  const onPath = WINDOWS ? [] : PATH.split(delimiter).map((folder) => join(folder, "wrangler"));
  const first = onPath.find((file) => existsSync(file)) ?? WRANGLER;
  if (!existsSync(first)) throw new Refusal("wrangler is not installed. Run `npm ci` first.");
  const isOurs = existsSync(WRANGLER) && realpathSync(first) === realpathSync(WRANGLER);
  return isOurs ? [existsSync(NODE) ? NODE : process.execPath, WRANGLER] : [first];
}

/** Runs wrangler to its end and answers what it printed. */
export async function runWrangler(args, options) {
  const child = launchWrangler(args, options);
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => collect(stream));
  const code = await child.ended;
  return { code, stdout: stdout(), stderr: stderr() };
}

function collect(stream) {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  return () => text;
}

/** Ends every wrangler that is running and waits for it; one that does not listen is killed. */
export async function stopWranglers() {
  const children = [...running];
  for (const child of children) {
    child.wasStopped = true;
    signal(child, "SIGTERM");
  }
  const killer = setTimeout(
    () => children.forEach((child) => signal(child, "SIGKILL")),
    STOP_PATIENCE_MS,
  );
  await Promise.all(children.map((child) => child.ended));
  clearTimeout(killer);
}

/** Ctrl-C, `kill`, a closed terminal and the end of npm end wrangler first, and then this script. */
export function stopOnSignals(exitCode) {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await stopWranglers();
    process.exit(exitCode);
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, stop);
  process.on("exit", () => running.forEach((child) => signal(child, "SIGKILL")));
  if (process.env.npm_lifecycle_event) watchParent(stop);
}

/** npm hands SIGTERM to its shell only, which dies of it without passing it on. */
function watchParent(stop) {
  const parent = process.ppid;
  const check = () => {
    if (process.ppid !== parent) void stop();
  };
  setInterval(check, PARENT_CHECK_MS).unref();
}

function signal(child, name) {
  try {
    if (WINDOWS) child.kill(name);
    else process.kill(-child.pid, name);
  } catch {
    // It ended by itself in the meantime.
  }
}

/** The line of a failed run that says why, without wrangler's colours and frames. */
export function explainFailure({ stdout, stderr }) {
  const lines = `${stderr}\n${stdout}`.split("\n").map(plain);
  const error = lines.find((line) => line.includes("ERROR")) ?? lines.find((line) => line !== "");
  return error?.replace(/^.*\[ERROR\]\s*/, "") ?? "no reason given";
}

/** Without terminal colours. */
export function plain(line) {
  // oxlint-disable-next-line no-control-regex -- the escape character is what it looks for
  return line.replaceAll(/\u001B\[[\d;]*m/g, "").trim();
}
