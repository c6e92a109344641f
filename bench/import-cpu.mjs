/** CPU time of processes, from /proc (Linux). */

import { readdirSync, readFileSync } from "node:fs";

/** What `getconf CLK_TCK` says on every Linux. */
const TICKS_A_SECOND = 100;

/** CPU seconds of all processes below one, by the name of their program. */
export function cpuSecondsBelow(root) {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  const below = new Set([root]);
  for (let size = 0; size < below.size;) {
    size = below.size;
    for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  }
  const sums = {};
  for (const { pid, name, seconds } of all) {
    if (pid !== root && below.has(pid)) sums[name] = (sums[name] ?? 0) + seconds;
  }
  return sums;
}

/** One process, or none if it has just ended. */
function readProcess(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const name = text.slice(text.indexOf("(") + 1, text.lastIndexOf(")"));
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return [{ pid: Number(pid), parent: Number(fields[1]), name, seconds: ticks / TICKS_A_SECOND }];
  } catch {
    return [];
  }
}
