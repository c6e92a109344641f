/** What a month of verifications costs, line by line. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PLAN_DOLLARS, PRICES } from "../list-prices.mjs";

/** What test/core/price.test.ts asserts. */
const COUNTS = JSON.parse(readFileSync(join(import.meta.dirname, "../counts.json"), "utf8"));

/** Measured: bench/README.md. */
const CPU_MS_A_REQUEST = 0.7;
/** A guess: how often a user verifies. */
export const VERIFICATIONS_A_USER = 4;
const DAYS_A_MONTH = 30;
export const DAYS = { kept: 400, hot: 30 };
/** Of the trail in R2: a transaction of the clean-up has as many, and writes them as one object. Not compressed, to be on the safe side. */
const EVENTS_AN_OBJECT = 500;
const GIGABYTE = 1e9;

const KINDS = {
  direct: usageOf({
    requests: 1,
    calls: [COUNTS.direct],
    kv: COUNTS.kv.direct,
    deleted: COUNTS.expiry.direct,
  }),
  challenge: usageOf({
    requests: 2,
    calls: [COUNTS.creation, COUNTS.answer],
    kv: COUNTS.kv.challenge,
    deleted: COUNTS.expiry.answer,
  }),
};

function usageOf({ requests, calls, kv, deleted }) {
  const sum = (name) => calls.reduce((total, one) => total + one[name], 0);
  return {
    request: requests,
    cpuMs: requests * CPU_MS_A_REQUEST,
    rowRead: sum("rowsRead"),
    rowWritten: sum("rowsWritten") + deleted,
    kvRead: kv.reads,
    kvWrite: kv.writes,
  };
}

/** What one verification of this kind (`direct`, `challenge`) uses. */
export function usage(kind) {
  return KINDS[kind];
}

/**
 * The bill of a month with so many verifications, once the trail is as long as it gets. `archived`: events go to R2 after 30 days. `bytes`: of
 * a user and of an event. Answers `lines` of `item`, `listed` (what all of it costs) and `dollars` (what is left after what is included).
 */
export function billOf({ kind, verifications, archived, bytes }) {
  const amounts = {
    ...timesEach(KINDS[kind], verifications),
    ...storage({ verifications, archived, bytes }),
  };
  // Whatever is archived is read once.
  if (archived) amounts.rowRead += verifications;
  const lines = Object.entries(amounts).map(([item, amount]) => lineOf(item, amount));
  const sum = (field) => lines.reduce((total, one) => total + one[field], 0);
  return { lines, listed: sum("listed"), dollars: PLAN_DOLLARS + sum("dollars") };
}

function timesEach(each, times) {
  return Object.fromEntries(Object.entries(each).map(([item, amount]) => [item, amount * times]));
}

function lineOf(item, amount) {
  const { dollars, included } = PRICES[item];
  const charged = Math.max(0, amount - included);
  return { item, listed: amount * dollars, dollars: charged * dollars };
}

/** Gigabytes, once the trail is as long as it gets, and objects written in the month. */
export function storage({ verifications, archived, bytes }) {
  const users = (verifications / VERIFICATIONS_A_USER) * bytes.user;
  const eventsOf = (days) => (verifications / DAYS_A_MONTH) * days * bytes.event;
  const hot = eventsOf(archived ? DAYS.hot : DAYS.kept);
  const inD1 = { gigabyteInD1: (users + hot) / GIGABYTE };
  if (!archived) return inD1;
  return {
    ...inD1,
    gigabyteInR2: eventsOf(DAYS.kept - DAYS.hot) / GIGABYTE,
    writeToR2: verifications / EVENTS_AN_OBJECT,
  };
}
