/** The tables of docs/scaling.md that are reckoned: what a database carries, and what a month costs. */

import { PLAN_DOLLARS, PRICES } from "../list-prices.mjs";
import { ASSUMED } from "./assumptions.mjs";
import { billOf, DAYS, storage, VERIFICATIONS_A_USER } from "./bill.mjs";
import { capacities, databasesFor, peakASecond } from "./capacity.mjs";
import { grouped, markdownTable } from "./markdown.mjs";

const MONTHS = [1e6, 10e6, 100e6];
const SIZES = [10_000, 100_000, 1_000_000, 2_000_000, 4_000_000];
const NAMES = {
  request: "requests",
  cpuMs: "CPU, ms",
  rowRead: "D1 rows read",
  rowWritten: "D1 rows written, and deleted later",
  kvRead: "KV reads",
  kvWrite: "KV writes",
  gigabyteInD1: "GB in D1",
  gigabyteInR2: "GB in R2",
  writeToR2: "writes to R2",
};
/** What an archive changes. */
const STORAGE = ["gigabyteInD1", "gigabyteInR2", "writeToR2"];
/** In a cell of what there is not: with several databases nothing is archived. */
const NONE = "–";

export function renderCapacity(bytes) {
  const rows = capacities({ bytes, sizes: SIZES }).map((one) => [
    grouped(one.users),
    grouped(one.whole),
    one.wholeASecond.toPrecision(2),
    grouped(one.hot),
    one.hotASecond.toPrecision(2),
  ]);
  const head = [
    `users`,
    `a day, ${DAYS.kept} days in D1`,
    "a second",
    `a day, ${DAYS.hot} days in D1`,
  ];
  return markdownTable([...head, "a second"], rows);
}

export function renderGrowth(bytes) {
  const rows = MONTHS.map((verifications) => {
    const [whole, archived] = [false, true].map((isArchived) =>
      sizeOf({ verifications, archived: isArchived, bytes }),
    );
    return [
      `${verifications / 1e6} million`,
      grouped(verifications / VERIFICATIONS_A_USER),
      peakASecond(verifications).toFixed(1),
      whole.gigabytes.toFixed(1),
      whole.databases,
      ...(archived.databases > 1 ? [NONE, NONE] : [archived.gigabytes.toFixed(1), 1]),
    ];
  });
  const head = ["a month", "users", "a second, busy hour", `GB, with ${DAYS.kept} days`];
  return markdownTable(
    [...head, "databases", `GB, with ${DAYS.hot} days and R2`, "databases"],
    rows,
  );
}

function sizeOf(about) {
  const { gigabyteInD1: gigabytes } = storage(about);
  const { perDatabase } = ASSUMED;
  const { verifications } = about;
  return { gigabytes, databases: databasesFor({ verifications, gigabytes, perDatabase }) };
}

/** `kind`: direct or challenge. */
export function renderBill(kind, bytes) {
  const [whole, archived] = [false, true].map((isArchived) =>
    MONTHS.map((verifications) => billOf({ kind, verifications, archived: isArchived, bytes })),
  );
  const rows = [
    ...linesOf(whole, (item) => !STORAGE.includes(item)),
    ["the plan", "", "", ...MONTHS.map(() => inDollars(PLAN_DOLLARS))],
    ...linesOf(whole, (item) => STORAGE.includes(item), `${DAYS.kept} days`),
    totalOf(whole, `together, ${DAYS.kept} days in D1`),
    ...[
      ...linesOf(archived, (item) => STORAGE.includes(item), `${DAYS.hot} days`),
      totalOf(archived, `together, ${DAYS.hot} days in D1, the rest in R2`),
    ].map((row) => withoutArchive(row, bytes)),
  ];
  const head = ["dollars a month", "a million, listed", "included"];
  return markdownTable([...head, ...MONTHS.map((one) => `${one / 1e6} million`)], rows);
}

/** Leaves the cells of those months out that take several databases. */
function withoutArchive(row, bytes) {
  const [name, listed, included, ...cells] = row;
  const possible = cells.map((cell, at) => {
    const { databases } = sizeOf({ verifications: MONTHS[at], archived: true, bytes });
    return databases > 1 ? NONE : cell;
  });
  return [name, listed, included, ...possible];
}

function linesOf(bills, isWanted, note) {
  const [{ lines: first }] = bills;
  return first.flatMap(({ item, listed }, at) => {
    if (!isWanted(item) || listed === 0) return [];
    const name = item === "gigabyteInD1" ? `${NAMES[item]}: users and ${note}` : NAMES[item];
    const cells = bills.map(({ lines }) => inDollars(lines[at].dollars));
    return [[name, inDollars(listed), includedOf(item), ...cells]];
  });
}

export function inDollars(number) {
  return number.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function includedOf(item) {
  return grouped(PRICES[item].included);
}

function totalOf(bills, name) {
  const [{ listed }] = bills;
  return [
    `**${name}**`,
    inDollars(listed),
    "",
    ...bills.map(({ dollars }) => `**${inDollars(dollars)}**`),
  ];
}
