/** The tables of docs/deploy.md: what a million costs at list prices, without users and without what the plan includes. */

import { PRICES } from "../list-prices.mjs";
import { billOf, DAYS, deletedLater, storage, usage } from "./bill.mjs";
import { grouped, markdownTable } from "./markdown.mjs";
import { inDollars } from "./money.mjs";

const MILLION = 1e6;
const KINDS = ["direct", "challenge"];

export function renderMillion(bytes) {
  const rows = [
    ["requests, 0.30 a million", (kind) => priced("request", usage(kind).request)],
    ["CPU, 0.02 a million ms, 0.7 ms a request", (kind) => priced("cpuMs", usage(kind).cpuMs)],
    ["D1 rows read, 0.001 a million", (kind) => priced("rowRead", usage(kind).rowRead)],
    ["D1 rows written, 1.00 a million", (kind) => priced("rowWritten", atOnce(kind))],
    ["KV writes, 5.00 a million", (kind) => priced("kvWrite", usage(kind).kvWrite)],
    ["KV reads, 0.50 a million", (kind) => priced("kvRead", usage(kind).kvRead)],
    ["**at once**", (kind) => withoutEvents(kind) - deletion(kind)],
    ["D1 rows deleted later, 1.00 a million", deletion],
    ["D1 storage of the audit event, 0.75 a GB and month", () => dollarsOfEvents(bytes)],
    ["**in all**", (kind) => dollarsOf(kind, bytes)],
  ];
  const head = [
    "a million of",
    "direct verifications",
    "answers to challenges, with their creation",
  ];
  return markdownTable(
    head,
    rows.map(([name, of]) => [name, ...KINDS.map((kind) => cell(of(kind), name))]),
  );
}

function cell(dollars, name) {
  if (dollars === 0) return "";
  return name.startsWith("**") ? `**${inDollars(dollars)}**` : inDollars(dollars);
}

function priced(item, each) {
  return MILLION * each * PRICES[item].dollars;
}

function atOnce(kind) {
  return usage(kind).rowWritten - deletedLater(kind);
}

function deletion(kind) {
  return priced("rowWritten", deletedLater(kind));
}

/** Of a million with their events, in D1 for all of their time. */
export function dollarsOf(kind, bytes) {
  return withoutEvents(kind) + dollarsOfEvents(bytes);
}

function withoutEvents(kind) {
  const none = { user: 0, event: 0 };
  return billOf({ kind, verifications: MILLION, archived: false, bytes: none }).listed;
}

/** What a million events cost in D1 for all of their time. */
export function dollarsOfEvents({ event }) {
  const bytes = { user: 0, event };
  const { gigabyteInD1 } = storage({ verifications: MILLION, archived: false, bytes });
  return gigabyteInD1 * PRICES.gigabyteInD1.dollars;
}

export function renderArchived(bytes) {
  const { parts, objects, sum } = priceArchived(bytes);
  const rows = [
    [`${DAYS.hot} days in D1`, parts.hot],
    [`${DAYS.kept - DAYS.hot} days in R2, uncompressed, 0.015 a GB and month`, parts.cold],
    [`the rows of ${grouped(objects)} objects in D1: a byte for each event`, parts.filters],
    ["D1 rows read to archive them, 0.001 a million", parts.read],
    [`${grouped(objects)} objects written, 4.50 a million`, parts.write],
  ];
  return markdownTable(
    ["what", "price"],
    [...rows.map(([name, each]) => [name, inDollars(each)]), ["**together**", cell(sum, "**")]],
  );
}

/** What a million events cost with an archive, part by part. */
export function priceArchived({ event }) {
  const about = { verifications: MILLION, archived: true };
  const bytes = { user: 0, event };
  const { gigabyteInD1: all, gigabyteInR2, writeToR2: objects } = storage({ ...about, bytes });
  const { gigabyteInD1: filters } = storage({ ...about, bytes: { user: 0, event: 0 } });
  const read = ({ archived: isArchived }) =>
    billOf({ ...about, kind: "direct", archived: isArchived, bytes }).lines.find(
      ({ item }) => item === "rowRead",
    ).listed;
  const parts = {
    hot: (all - filters) * PRICES.gigabyteInD1.dollars,
    cold: gigabyteInR2 * PRICES.gigabyteInR2.dollars,
    filters: filters * PRICES.gigabyteInD1.dollars,
    read: read({ archived: true }) - read({ archived: false }),
    write: objects * PRICES.writeToR2.dollars,
  };
  return { parts, objects, sum: Object.values(parts).reduce((total, one) => total + one) };
}
