/** Runs wrangler under the Node that `npm ci` brought, quietly, and never leaves one behind. */

import { spawn } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Refusal } from "./refusal.mjs";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const WINDOWS = process.platform === "win32";
const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
const NODE = join(ROOT, "node_modules/node/bin", WINDOWS ? "node.exe" : "node");
const STOP_PATIENCE_MS = 5000;
const PARENT_CHECK_MS = 500;

/**
 * Switches off metrics, the banner, and the look-up of the edge's location, which an offline start
 * would wait for. In `wrangler dev` it also switches off the explorer, which takes SQL from
 * everybody, and the trace store, which keeps full URLs.
 */
export const QUIET = {
  X_LOCAL_EXPLORER: "false",
  X_LOCAL_OBSERVABILITY: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
};

const running = new Set();

/**
 * Starts wrangler in a process group of its own, so that one signal later ends it together with its
 * workerd. It has no stdin, so it cannot ask.
 */
export function launchWrangler(args, options = {}) {
  const [command, ...before] = findWrangler(options.env ?? process.env);
  return launch(command, [...before, ...args], options);
}

function launch(command, args, { env = process.env, output = "pipe" } = {}) {
  const child = spawn(command, args, {
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
 * Finds the first wrangler on the PATH, where npm puts this checkout's, or this checkout's if the PATH
 * has none. This checkout's runs under the Node that `npm ci` brought.
 */
function findWrangler({ PATH = "" }) {
  const onPath = WINDOWS ? [] : PATH.split(delimiter).map((folder) => join(folder, "wrangler"));
  const first = onPath.find((file) => existsSync(file)) ?? WRANGLER;
  if (!existsSync(first)) throw new Refusal("wrangler is not installed. Run `npm ci` first.");
  const isOurs = existsSync(WRANGLER) && realpathSync(first) === realpathSync(WRANGLER);
  return isOurs ? [node(), WRANGLER] : [first];
}

/** The Node that `npm ci` brought, which wrangler needs. */
function node() {
  return existsSync(NODE) ? NODE : process.execPath;
}

/** Runs wrangler to its end and answers what it printed. */
export function runWrangler(args, options) {
  return collectRun(launchWrangler(args, options));
}

/** Does the same for a script of ours. */
export function runNode(args) {
  return collectRun(launch(node(), args));
}

async function collectRun(child) {
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => collect(stream));
  const code = await child.ended;
  return { code, stdout: stdout(), stderr: stderr() };
}

function collect(stream) {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  return () => text;
}

/** Ends every wrangler that is running and waits for it. One that does not react is killed. */
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

/**
 * On Ctrl-C, `kill`, a closed terminal or the end of npm, ends wrangler and then this script.
 * `stopOthers` ends others first.
 */
export function stopOnSignals(exitCode, stopOthers = async () => {}) {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await Promise.all([stopWranglers(), stopOthers()]);
    process.exit(exitCode);
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, stop);
  process.on("exit", () => running.forEach((child) => signal(child, "SIGKILL")));
  if (process.env.npm_lifecycle_event) watchParent(stop);
}

/**
 * Watches for the end of npm. npm hands SIGTERM only to its shell, which dies of it without passing
 * it on. If npm itself is killed, it leaves the shell behind.
 */
function watchParent(stop) {
  const shell = process.ppid;
  const npm = parentOf(shell);
  const check = () => {
    if (process.ppid !== shell || parentOf(shell) !== npm) void stop();
  };
  setInterval(check, PARENT_CHECK_MS).unref();
}

/** The parent of a process, where the system says so: on Linux. */
function parentOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return /^PPid:\s+(\d+)/m.exec(status)[1];
  } catch {
    return null;
  }
}

function signal(child, name) {
  try {
    if (WINDOWS) child.kill(name);
    else process.kill(-child.pid, name);
  } catch {
    // The process ended by itself in the meantime.
  }
}

/** The line of a failed run that says why, without wrangler's colours and frames. */
export function explainFailure({ stdout, stderr }) {
  const lines = `${stderr}\n${stdout}`.split("\n").map(plain);
  const error = lines.find((line) => line.includes("ERROR")) ?? lines.find((line) => line !== "");
  return error?.replace(/^.*\[ERROR\]\s*/, "") ?? "no reason given";
}

/** Removes terminal colours. */
export function plain(line) {
  // oxlint-disable-next-line no-control-regex -- the escape character is what it looks for
  return line.replaceAll(/\u001B\[[\d;]*m/g, "").trim();
}
