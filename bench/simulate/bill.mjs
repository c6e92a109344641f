/** What a month of verifications costs, line by line. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DAYS_A_MONTH, PLAN_DOLLARS, PRICES } from "../list-prices.mjs";

/** What test/core/price.test.ts asserts. */
const COUNTS = JSON.parse(readFileSync(join(import.meta.dirname, "../counts.json"), "utf8"));

/** Measured: bench/README.md. */
const CPU_MS_A_REQUEST = 0.7;
/** A guess: how often a user verifies. */
export const VERIFICATIONS_A_USER = 4;
/** AUDIT_RETENTION_DAYS, and AUDIT_HOT_DAYS of them in D1 if there is an archive. */
export const DAYS = { kept: 400, hot: 30 };
/** Of the archive: an object for each hour, or several. `MAX_EVENTS` in src/core/audit/archive-object.ts. */
const EVENTS_AN_OBJECT = 5000;
const HOURS_A_DAY = 24;
/** For each archived event, in the row of its object: one of the Bloom filter, if every event is of another user. */
const BYTES_OF_FILTER = 1;
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

/** How many of its rows are written when they are deleted. */
export function deletedLater(kind) {
  return kind === "direct" ? COUNTS.expiry.direct : COUNTS.expiry.answer;
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
  if (archived) amounts.rowRead += verifications * COUNTS.archive.rowsRead;
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

/**
 * Gigabytes, once the trail is as long as it gets, and objects written in the month. R2 is reckoned without compression, to be on the safe
 * side.
 */
export function storage({ verifications, archived, bytes }) {
  const aDay = verifications / DAYS_A_MONTH;
  const users = (verifications / VERIFICATIONS_A_USER) * bytes.user;
  const inD1 = {
    gigabyteInD1: (users + aDay * trailBytes({ archived, bytes })) / GIGABYTE,
  };
  if (!archived) return inD1;
  return {
    ...inD1,
    gigabyteInR2: (aDay * (DAYS.kept - DAYS.hot) * bytes.event) / GIGABYTE,
    writeToR2: objectsADay(aDay) * DAYS_A_MONTH,
  };
}

/** Bytes of D1 that a verification a day fills in the end. */
export function trailBytes({ archived, bytes }) {
  if (!archived) return DAYS.kept * bytes.event;
  return DAYS.hot * bytes.event + (DAYS.kept - DAYS.hot) * BYTES_OF_FILTER;
}

/** An hour has one object at least. */
export function objectsADay(verificationsADay) {
  return Math.ceil(verificationsADay / HOURS_A_DAY / EVENTS_AN_OBJECT) * HOURS_A_DAY;
}
