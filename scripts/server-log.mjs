/**
 * Selects what a person wants to see of a local server's output: the Worker's own lines and errors,
 * and nothing that contains a URL or a token.
 */

import { createInterface } from "node:readline";
import { plain } from "./wrangler.mjs";

const RELOAD = /^⎔ (Reloading|Local server updated)/;

/** `wrangler dev` says at every start that cron triggers do not run by themselves. */
const REMINDER =
  /Scheduled Workers are not automatically|manually trigger a scheduled|\/local\/scheduled|#test-cron-triggers/;

/** Addresses in memory, which follow a crash of workerd. */
const STACK = /^stack: /;
const URL_LIKE = /\b([a-z][a-z\d+.-]*:\/\/)(?:[^\s/?#@]*@)?([^\s/?#"'<>]*)[^\s"'<>]*/gi;
const QUERY = /\?[^\s"']+/g;
/**
 * A text that is long enough for a secret and is no word: it has a digit, or is all in capitals.
 */
const TOKEN = /(?=[\w-]*\d|[A-Z_-]+(?![\w-]))[\w-]{16,}/g;

/**
 * Removes full URLs, queries, tokens and terminal colours, because what others print may quote a
 * request.
 */
export function scrub(text) {
  if (STACK.test(text)) return "";
  return plain(text).replaceAll(URL_LIKE, "$1$2/…").replaceAll(QUERY, "?…").replaceAll(TOKEN, "…");
}

/**
 * Whether the Worker printed a line. It logs one JSON object a line, which names routes by their
 * patterns (src/routes/request.ts).
 */
export function isWorkerLine(line) {
  return line.startsWith("{");
}

/**
 * Shows the Worker's lines from `open()` on, and all other lines at once. `lines` keeps what came
 * before.
 */
export function createLog() {
  const log = { lines: [], isOpen: false, open: () => (log.isOpen = true), write };
  return log;

  function write(line) {
    if (!isWorkerLine(line)) showFault(line);
    else if (log.isOpen) console.log(line);
    else log.lines.push(line);
  }
}

function showFault(line) {
  const text = scrub(line);
  if (text !== "") console.error(text);
}

/** Does the same for `wrangler dev`, whose own stdout is of no interest except for its reloads. */
export function followWrangler({ stdout, stderr }) {
  const log = createLog();
  createInterface(stdout).on("line", (line) => {
    if (isWorkerLine(line)) log.write(line);
    else if (RELOAD.test(line)) console.log(line);
  });
  createInterface(stderr).on("line", (line) => {
    if (!REMINDER.test(line)) showFault(line);
  });
  return log;
}

/**
 * Says why the Worker refuses to serve, in its own words: the cause of the last line that has one.
 */
export function findCause(lines) {
  const causes = lines.flatMap((line) => parse(line)?.cause ?? []);
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
