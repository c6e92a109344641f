/** The helper processes of a run, on another core than workerd. */

import { fork } from "node:child_process";
import { once } from "node:events";
import { pin } from "./workerd.mjs";

const HERE = import.meta.dirname;

/** The load generator: `run` sends requests and says how long they took. */
export async function startGenerator(cpu) {
  const child = fork(`${HERE}/generator.mjs`, { serialization: "advanced" });
  pin(child.pid, cpu);
  const run = async (port, concurrency, requests, collect = false) => {
    child.send({ port, concurrency, requests, collect });
    const [{ result, error }] = await once(child, "message");
    if (error) throw new Error(error);
    return result;
  };
  return { run, stop: () => child.kill() };
}

/** D1 and KV as another process. */
export async function startBackend(databaseFile, cpu) {
  const child = fork(`${HERE}/backend.mjs`, [databaseFile], { execArgv: ["--no-warnings"] });
  pin(child.pid, cpu);
  const [{ port }] = await once(child, "message");
  return { port, stop: () => child.kill() };
}
