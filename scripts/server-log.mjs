/** What of the output of `wrangler dev` a person wants to see: the Worker's own lines, reloads and errors. */

import { createInterface } from "node:readline";
import { plain } from "./wrangler.mjs";

const RELOAD = /^⎔ (Reloading|Local server updated)/;

/** A reminder that cron triggers do not run by themselves here, at every start. */
const REMINDER =
  /Scheduled Workers are not automatically|manually trigger a scheduled|\/local\/scheduled|#test-cron-triggers/;

/** The Worker logs one JSON object a line. */
export function isWorkerLine(line) {
  return line.startsWith("{");
}

/** Shows the log from `open()` on, errors from the start; `lines` keeps what came before. */
export function followLog({ stdout, stderr }) {
  const log = { lines: [], isOpen: false, open: () => (log.isOpen = true) };
  createInterface(stdout).on("line", (line) => {
    if (!isWorkerLine(line) && !RELOAD.test(line)) return;
    if (log.isOpen) console.log(line);
    else log.lines.push(line);
  });
  createInterface(stderr).on("line", (line) => {
    if (plain(line) !== "" && !REMINDER.test(line)) console.error(line);
  });
  return log;
}

/** Why the Worker refuses to serve, in its own words: the cause of the last line that has one. */
export function findCause(lines) {
  const causes = lines.filter(isWorkerLine).flatMap((line) => parse(line)?.cause ?? []);
  return causes
    .at(-1)
    ?.split("\n")[0]
    .replace(/^Error: /, "");
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
