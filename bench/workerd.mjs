/** A Worker in a workerd process of its own, and what that process costs. */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";

/** Far above what a run sends: the limits are counted, and never reached. */
const UNLIMITED = { limit: 1_000_000_000, period: 60 };
const LOCAL_STORAGE = {
  d1Databases: { DB: "bench" },
  kvNamespaces: { KV: "bench" },
  ratelimits: {
    ADDRESS_LIMIT: { namespace_id: "7001", simple: UNLIMITED },
    FAILURE_LIMIT: { namespace_id: "7002", simple: UNLIMITED },
    KEY_LIMIT: { namespace_id: "7003", simple: UNLIMITED },
    USER_LIMIT: { namespace_id: "7004", simple: UNLIMITED },
  },
};
const remoteStorage = (port) => ({
  serviceBindings: { BACKEND: { external: { address: `127.0.0.1:${port}`, http: {} } } },
});

/** Clock ticks per second in /proc/<pid>/stat: 100 on every Linux that Node runs on. */
const TICKS = 100;

/**
 * Starts a bundled Worker on a direct socket, `front` (of workers/) before it; D1 and KV persist in `state`, or are behind the port
 * `backend`.
 */
export async function start({ name, script, state, bindings = {}, backend, front, cpu }) {
  const before = new Set(childrenNamedWorkerd());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      log: new Log(LogLevel.ERROR),
      // Parsed and thrown away: writing the lines is the Worker's cost, reading them is not.
      handleStructuredLogs: () => {},
      resourcePersistencePath: state,
      name,
      modulesRoot: dirname(script),
      modules: modulesOf(script, backend === undefined ? front : "remote-bindings.js"),
      compatibilityDate: readToml("compatibility_date"),
      bindings,
      ...(backend ? remoteStorage(backend) : LOCAL_STORAGE),
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    }),
  );
  await miniflare.ready;
  const { port } = await miniflare.unsafeGetDirectURL(name);
  const pid = childrenNamedWorkerd().find((child) => !before.has(child));
  pin(pid, cpu);
  return { name, miniflare, port: Number(port), pid, stop: () => miniflare.dispose() };
}

/** The bundle, alone or behind a module of workers/ that changes its bindings. */
function modulesOf(script, front) {
  const folder = dirname(script);
  const worker = [esModule(join(folder, "worker.js"), script), ...wasmBeside(script).map(wasm)];
  if (!front) return worker;
  const file = new URL(`./workers/${front}`, import.meta.url);
  return [esModule(join(folder, front), file), ...worker];
}

/** The WebAssembly that a bundle imports: wrangler puts it beside the script. */
function wasmBeside(script) {
  const folder = dirname(script);
  const files = readdirSync(folder).filter((file) => file.endsWith(".wasm"));
  return files.map((file) => join(folder, file));
}

function wasm(file) {
  return { type: "CompiledWasm", path: file, contents: readFileSync(file) };
}

function esModule(path, file) {
  return { type: "ESModule", path, contents: readFileSync(file, "utf8") };
}

/** Binds all threads of a process to one core, where `taskset` exists; says whether it did. */
export function pin(pid, cpu) {
  if (cpu === undefined) return false;
  try {
    execFileSync("taskset", ["-a", "-c", "-p", String(cpu), String(pid)], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** User and system time so far, in ms. */
export function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

/** User and system time so far, in ms, to the microsecond: of the threads that there still are. */
export function exactCpuOf(pid) {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

/** Resident memory, in MiB: now, or the most that there was. */
export function memoryOf(pid) {
  return readMemory(pid, /^VmRSS:\s+(\d+)/m);
}

/** The part of it that is the process's own: not pages of files, which others share, and which the system takes back at any time. */
export function anonymousMemoryOf(pid) {
  return readMemory(pid, /^RssAnon:\s+(\d+)/m);
}

export function peakMemoryOf(pid) {
  return readMemory(pid, /^VmHWM:\s+(\d+)/m);
}

function readMemory(pid, line) {
  const [, kilobytes] = line.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(kilobytes) / 1024;
}

export function readToml(key) {
  const toml = readFileSync(new URL("../wrangler.toml", import.meta.url), "utf8");
  return new RegExp(`^${key} = "(.*)"$`, "m").exec(toml)[1];
}

/** Direct children only: other people's workerd processes on this machine are none of ours. */
export function childrenNamedWorkerd(parent = process.pid) {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        const [, name, rest] = /^\d+ \((.*)\) (.*)$/.exec(
          readFileSync(`/proc/${pid}/stat`, "utf8").trim(),
        );
        return name === "workerd" && rest.split(" ")[1] === String(parent);
      } catch {
        return false;
      }
    })
    .map(Number);
}
