/**
 * Sends rows, several at once. It reads the file twice: first as a whole, so that a file that breaks
 * off imports nothing, and so that two users who would become one are known.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { FINE, MEANINGS } from "./meanings.mjs";
import { BOUNDS } from "./row.mjs";

/** How many calls are under way. */
export const AT_ONCE = 16;
const NAME = "Imported";
/**
 * Of a server that is busy: how often a row is sent, and the first pause in milliseconds. A server
 * that says how long to wait is obeyed.
 */
const TRIES = 5;
const PAUSE = 500;
const BUSY = new Set([0, 429, 502, 503, 504]);
/** A connection that broke off. */
const NO_ANSWER = { status: 0, retryAfter: 0 };

/**
 * Reads everything once, and answers how many rows there are and the longest name. `readRows` gives
 * the rows anew each time.
 */
export async function surveyRows(readRows, target) {
  let count = 0;
  let widest = 0;
  for await (const row of readRows()) {
    count++;
    widest = Math.max(widest, labelOf(row).length);
    target.expect(row);
  }
  return { count, widest };
}

/**
 * Imports rows and answers `{ failed, counts, meanings }`. `report` is told of each row in the order
 * of the file. `options` are `allowShort`, `dryRun` and `fromRow`.
 */
export async function importRows(call, readRows, { target, options, report }) {
  const outcome = { failed: 0, counts: new Map(), meanings: new Map() };
  const tell = async ({ number, row, result }) => {
    const { code, meaning } = await result;
    report({ number, label: labelOf(row) }, code);
    outcome.counts.set(code, (outcome.counts.get(code) ?? 0) + 1);
    if (meaning) outcome.meanings.set(code, meaning);
    if (!FINE.has(code)) outcome.failed++;
  };
  const underWay = [];
  let number = 0;
  for await (const row of readRows()) {
    number++;
    if (number < options.fromRow) continue;
    const result = importRow(call, row, { target, options });
    // The row is waited for below, in its turn. Until then its failure is nobody's.
    result.catch(() => {});
    underWay.push({ number, row, result });
    if (underWay.length >= AT_ONCE) await tell(underWay.shift());
  }
  for (const one of underWay) await tell(one);
  return outcome;
}

async function importRow(call, row, { target, options }) {
  const known = row.code ?? lengthFault(row, options);
  const { code, path } = target.find(row);
  if (known || code) return meant(known ?? code);
  return send(call, path, { row, target, options });
}

function lengthFault({ secret }, { allowShort }) {
  const { min, short, max } = BOUNDS.bytes;
  if (secret.byteLength > max || secret.byteLength < short) return "unsupported_length";
  return secret.byteLength < min && !allowShort ? "short_secret" : undefined;
}

async function send(call, path, { row, target, options }) {
  const { secret, user: _user, ...known } = row;
  const json = {
    name: NAME,
    ...known,
    secret: Buffer.from(secret).toString("hex"),
    encoding: "hex",
    ...target.asked,
    ...(options.allowShort && { allowShort: true }),
    ...(options.dryRun && { dryRun: true }),
  };
  for (let tries = 1; ; tries++) {
    const answer = await call("POST", path, { token: target.token, json }).catch(
      // The row may be there already. It then says so, which is as good.
      (error) => (tries < TRIES ? NO_ANSWER : Promise.reject(error)),
    );
    // Two factors of one user at once may be in each other's way.
    const isBusy = BUSY.has(answer.status) || answer.body?.code === "conflict";
    if (!isBusy || tries === TRIES) return understand(answer);
    await sleep(Math.max(answer.retryAfter * 1000, PAUSE * 2 ** (tries - 1)));
  }
}

function understand({ status, body }) {
  if (status === 201) return { code: "imported" };
  if (status === 200) return { code: "importable" };
  if (body?.code === "secret_in_use") return { code: "already_there" };
  return { code: body?.code ?? `status_${status}`, meaning: body?.detail ?? body?.title };
}

function meant(code) {
  return { code, meaning: MEANINGS[code] };
}

/** What a row is called in the report. */
function labelOf({ user: { username, email, id, serial } }) {
  return username ?? email ?? id ?? serial ?? "?";
}
