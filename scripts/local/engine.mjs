/**
 * The Worker in workerd, by miniflare's API, with D1, KV, R2 and assets. workerd is started again when it fails, ends when this process ends,
 * however that happens, and answers what is in flight before it stops.
 */

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { Refusal } from "../refusal.mjs";
import { scrub } from "../server-log.mjs";
import { ROOT } from "../wrangler.mjs";
import { createOutbound } from "./outbound.mjs";
import { socketsOn } from "./sockets.mjs";
import { dataFolder, IDS } from "./state.mjs";

const STOP_PATIENCE_MS = 10_000;
/** So many failures within that time are more than bad luck. */
const MAX_FAILURES = 5;
const WINDOW_MS = 5 * 60_000;
/** What stands in front of the Worker, the main module first. */
const FRONT = ["front.js", "turns.js"];
/** How workerd ends when somebody else has asked it to. */
const POLITE = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Starts it and waits until it listens. `bindings` are the Worker's variables and secrets, `addresses` `host:port`; `onLine` gets what it
 * prints. Answers `stop()`, `startCrons()`, `pid()` of workerd, and `ended`, which rejects with a Refusal when the engine
 * cannot be kept running.
 */
export async function startEngine(options) {
  const cronToken = randomBytes(32).toString("hex");
  const { crons } = options.bundle.config.triggers;
  const engine = { process: null, stopping: false, failures: [], ...Promise.withResolvers() };
  const onChild = ({ process: child }) => watch(engine, child);
  subscribe("child_process", onChild);
  const miniflare = withoutExitHooks(
    () => new Miniflare(miniflareOptions({ ...options, cronToken })),
  );
  await miniflare.ready.catch((error) => {
    throw new Refusal(`The engine did not start: ${scrub(error.message)}`, { cause: error });
  });
  engine.miniflare = miniflare;
  const ended = engine.promise.finally(async () => {
    engine.timers?.forEach(clearInterval);
    unsubscribe("child_process", onChild);
    await engine.disposed;
  });
  return {
    ended,
    pid: () => engine.process.pid,
    stop: () => stop(engine),
    startCrons: (everyMs) => startCrons(engine, { cronToken, crons, everyMs }),
  };
}

/** miniflare would end this process at the first signal, and cut off what is in flight. */
function withoutExitHooks(make) {
  const before = POLITE.map((signal) => process.listeners(signal));
  const made = make();
  for (const [at, signal] of POLITE.entries()) {
    const added = process.listeners(signal).filter((listener) => !before[at].includes(listener));
    for (const listener of added) process.removeListener(signal, listener);
  }
  return made;
}

/** `child` is any that this process has made: which, is known once it runs. miniflare listens for the same exit, and is told after us. */
function watch(engine, child) {
  child.once("spawn", () => {
    if (!basename(child.spawnfile).startsWith("workerd")) return;
    engine.process = child;
    endWithParent(child);
  });
  child.once("exit", (...how) => {
    if (engine.miniflare && child === engine.process) onExit(engine, how);
  });
}

/** The shape of miniflare 4, which miniflare 5 converts; nothing of its development tools is on unless it is asked for. */
function miniflareOptions({ bundle, bindings, addresses, stateDir, cronToken, ...rest }) {
  const { addressHeader, onLine } = rest;
  const { config, modules } = bundle;
  const local = { cronToken, addressHeader, limits: config.ratelimits };
  return convertV4MiniflareOptions({
    log: new Log(LogLevel.NONE),
    logRequests: false,
    cf: false,
    handleStructuredLogs: ({ message }) => onLine(message),
    resourcePersistencePath: dataFolder(stateDir),
    name: config.name,
    modulesRoot: ROOT,
    modules: [...FRONT.map(frontModule), ...modules].map(({ name, ...one }) => ({
      ...one,
      path: join(ROOT, name),
    })),
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    bindings: { ...bindings, VERSION: { id: randomBytes(8).toString("hex") }, LOCAL: local },
    d1Databases: Object.fromEntries(bindingsOf(config).map((binding) => [binding, binding])),
    kvNamespaces: { KV: IDS.KV },
    r2Buckets: { ARCHIVE: IDS.ARCHIVE },
    assets: {
      directory: join(ROOT, config.assets.directory),
      binding: config.assets.binding,
      routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
      assetConfig: { html_handling: "none", not_found_handling: "none" },
    },
    outboundService: createOutbound(bindings.ISSUER_URL, bindings.MAIL_URL),
    unsafeBindings: socketsOn(addresses),
  });
}

function frontModule(name) {
  const contents = readFileSync(new URL(name, import.meta.url), "utf8");
  return { name, type: "ESModule", contents };
}

/** What the databases are called: `DB`, and `DB1` and so on where there are several. */
export function bindingsOf(config) {
  return config.d1_databases.map(({ binding }) => binding);
}

/** A shell that waits for the end of this process, which closes its stdin, and kills workerd then: nothing else is left to do it. */
function endWithParent(child) {
  if (process.platform === "win32") return;
  const guard = spawn("/bin/sh", ["-c", 'read -r _; kill -KILL "$0"', String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  child.once("exit", () => guard.kill("SIGKILL"));
}

function onExit(engine, [code, signal]) {
  if (engine.stopping || code === 0 || POLITE.includes(signal)) return give(engine.resolve);
  const now = Date.now();
  engine.failures = [...engine.failures.filter((at) => at > now - WINDOW_MS), now];
  if (engine.failures.length >= MAX_FAILURES) {
    const refusal = new Refusal(`The engine has failed ${MAX_FAILURES} times within five minutes.`);
    return give(() => engine.reject(refusal));
  }
  console.error(`stepgate: the engine has failed (${signal ?? code}) and is started again.`);
  return void awaitRestart(engine);

  /** miniflare starts nothing again once it is being disposed of. */
  function give(settle) {
    engine.disposed = engine.miniflare.dispose();
    settle();
  }
}

/** miniflare starts workerd again by itself, on the same ports, once it has seen the exit. */
async function awaitRestart(engine) {
  await sleep(0);
  await engine.miniflare.ready.catch((error) => {
    engine.disposed = engine.miniflare.dispose();
    engine.reject(new Refusal(`The engine could not be started again: ${scrub(error.message)}`));
  });
}

/** workerd takes no new connection after SIGTERM, and ends when everything is answered. */
async function stop(engine) {
  if (engine.disposed) return;
  engine.stopping = true;
  engine.process.kill("SIGTERM");
  const killer = setTimeout(() => engine.process.kill("SIGKILL"), STOP_PATIENCE_MS);
  await engine.promise.catch(() => {});
  clearTimeout(killer);
}

/**
 * What cron triggers do at Cloudflare: at once too, since a laptop may not run for long. One run of each at a time, as often as it says,
 * or every so many milliseconds.
 */
function startCrons(engine, { cronToken, crons, everyMs }) {
  engine.timers = crons.map((cron) => {
    const tick = oneAtATime(engine, { "x-stepgate-token": cronToken, "x-stepgate-cron": cron });
    void tick();
    return setInterval(tick, everyMs ?? minutesOf(cron) * 60_000);
  });
}

/** Of `*` or of `*` with a step, which are all that wrangler.toml has. */
function minutesOf(cron) {
  const [, step = "1"] = /^\*(?:\/(\d+))? \* \* \* \*$/.exec(cron) ?? [];
  return Number(step);
}

function oneAtATime(engine, headers) {
  let running = false;
  return async () => {
    if (running) return;
    running = true;
    try {
      const { status } = await engine.miniflare.dispatchFetch("http://localhost/", { headers });
      if (status !== 204) throw new Error(`${status}`);
    } catch (error) {
      const fault = scrub(String(error.message));
      if (!engine.stopping) console.error(`stepgate: a scheduled run has failed: ${fault}`);
    }
    running = false;
  };
}
