/** What a month costs and what a database carries, by bench/simulate/. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DAYS_A_MONTH, PLAN_DOLLARS, PRICES } from "../bench/list-prices.mjs";
import {
  billOf,
  DAYS,
  objectsADay,
  storage,
  trailBytes,
  usage,
  VERIFICATIONS_A_USER,
} from "../bench/simulate/bill.mjs";
import {
  MOST_BYTES,
  mostASecond,
  mostUsers,
  verificationsADay,
} from "../bench/simulate/capacity.mjs";
import { fillIn } from "../bench/simulate/markdown.mjs";
import { readMeasured } from "../bench/simulate/measured.mjs";
import { dollarsOf, dollarsOfEvents, priceArchived } from "../bench/simulate/million.mjs";
import { reckon } from "../bench/simulate/page.mjs";
import { ROOT } from "./wrangler.mjs";

const BYTES = { user: 2000, event: 300 };
const counts = JSON.parse(readFileSync(join(ROOT, "bench/counts.json"), "utf8"));
const KINDS = ["direct", "challenge"];

test("the bill counts the rows that test/core/price.test.ts asserts", () => {
  const { direct, creation, answer, expiry, kv } = counts;
  assert.deepEqual(usage("direct"), {
    ...usage("direct"),
    rowRead: direct.rowsRead,
    rowWritten: direct.rowsWritten + expiry.direct,
    kvWrite: kv.direct.writes,
  });
  assert.deepEqual(usage("challenge"), {
    ...usage("challenge"),
    rowRead: creation.rowsRead + answer.rowsRead,
    rowWritten: creation.rowsWritten + answer.rowsWritten + expiry.answer,
    kvWrite: kv.challenge.writes,
  });
  const asserting = readFileSync(join(ROOT, "test/core/price.test.ts"), "utf8");
  for (const name of ["direct", "creation", "answer"]) {
    assert.ok(asserting.includes(`toEqual(counts.${name})`), name);
  }
});

for (const kind of KINDS) {
  test(`${kind}: what the plan includes costs nothing beyond it`, () => {
    const bill = billOf({ kind, verifications: 1000, archived: false, bytes: BYTES });
    assert.equal(bill.dollars, PLAN_DOLLARS);
    assert.ok(bill.listed > 0);
  });

  test(`${kind}: far beyond what is included, a million more costs what is listed`, () => {
    const [one, far, farther] = [1e6, 10_000e6, 10_001e6].map((verifications) =>
      billOf({ kind, verifications, archived: true, bytes: BYTES }),
    );
    const more = farther.dollars - far.dollars;
    assert.ok(Math.abs(more - one.listed) < 1e-3, `${more}`);
  });

  test(`${kind}: an archive in R2 costs less`, () => {
    const [whole, archived] = [false, true].map((isArchived) =>
      billOf({ kind, verifications: 50e6, archived: isArchived, bytes: BYTES }),
    );
    assert.ok(archived.dollars < whole.dollars);
  });
}

test("rows written and storage are charged only above what is included", () => {
  const verifications = 20e6;
  const { lines } = billOf({ kind: "direct", verifications, archived: false, bytes: BYTES });
  const of = (name) => lines.find(({ item }) => item === name).dollars;
  const rows = verifications * usage("direct").rowWritten;
  assert.equal(of("rowWritten"), (rows - PRICES.rowWritten.included) * PRICES.rowWritten.dollars);
  const users = (verifications / VERIFICATIONS_A_USER) * BYTES.user;
  const events = (verifications / DAYS_A_MONTH) * DAYS.kept * BYTES.event;
  const gigabytes = (users + events) / 1e9 - PRICES.gigabyteInD1.included;
  assert.ok(Math.abs(of("gigabyteInD1") - gigabytes * PRICES.gigabyteInD1.dollars) < 1e-9);
});

for (const isArchived of [false, true]) {
  test(`users and their trail fill a database exactly, ${isArchived ? "with" : "without"} an archive`, () => {
    const about = { archived: isArchived, bytes: BYTES };
    const users = 1_000_000;
    const trail = verificationsADay({ users, ...about }) * trailBytes(about);
    assert.ok(Math.abs(users * BYTES.user + trail - MOST_BYTES) < 1);
    assert.equal(verificationsADay({ users: 1e9, ...about }), 0);
  });
}

test("a thread does as many verifications a second as their times leave room for", () => {
  const [read, commit, persist] = [1, 2, 7].map((median) => ({ median, p95: median }));
  assert.equal(mostASecond({ read, commit, persist }), 100);
});

const page = (path) => readFileSync(join(ROOT, path), "utf8");

test("the tables of every page are those that are reckoned", () => {
  for (const [path, texts] of Object.entries(reckon())) {
    const places = Object.keys(texts).map((name) => `<!-- ${name} -->\n<!-- end of ${name} -->\n`);
    const tables = fillIn(places.join("\n"), texts).split(/<!-- .* -->/);
    for (const table of tables) assert.ok(page(path).includes(table.trim()), `${path}: ${table}`);
  }
});

const { bytes } = readMeasured();
const dollars = (amount, digits = 2) => amount.toFixed(digits);
const million = { verifications: 1e6, bytes };
const [whole, hot] = [DAYS.kept, DAYS.hot].map(
  (days) => (dollarsOfEvents(bytes) * days) / DAYS.kept,
);
const overIncluded = billOf({ ...million, kind: "direct", archived: false }).dollars - PLAN_DOLLARS;
const objectsAYear = (aDay) => (objectsADay(aDay) * 365).toLocaleString("en-US");
/** Sentences that have a number of the model in them. */
const SENTENCES = {
  "README.md": [
    `verifications cost about ${dollars(dollarsOf("direct", bytes), 1)}0 dollars`,
    `with their answers about ${dollars(dollarsOf("challenge", bytes), 0)}.`,
    `Of each, ${dollars(whole)} keep their audit events for ${DAYS.kept} days`,
  ],
  "docs/storage.md": [
    `verifications cost about ${dollars(dollarsOf("direct", bytes), 1)}0 dollars`,
    `with their answers about ${dollars(dollarsOf("challenge", bytes), 0)}.`,
    `A million users are ${dollars(bytes.user / 1000, 1)} GB.`,
    `${dollars(mostUsers({ bytes }) / 1e6, 1)} million users, or the audit`,
  ],
  "docs/deploy.md": [
    `Audit events take ${bytes.event} bytes each`,
    `at ${DAYS.hot} that is ${dollars(hot)} in place of ${dollars(whole)}.`,
    `last ${DAYS.hot} days makes it ${dollars(priceArchived(bytes).sum)}`,
    `A million users cost ${dollars((bytes.user / 1000) * PRICES.gigabyteInD1.dollars)} a month.`,
    `a million direct verifications a month cost ${dollars(overIncluded)} beyond it`,
    `have ${dollars(storage({ ...million, archived: false }).gigabyteInD1, 1)} GB`,
    `which are ${dollars(500 / bytes.event, 1)} million audit events`,
    `A month has ${DAYS_A_MONTH} days`,
  ],
  "docs/scaling.md": [`A month has ${DAYS_A_MONTH} days`],
  "docs/decisions/0015-audit-archive.md": [
    `An event takes ${bytes.event} bytes of D1.`,
    `Storing a million costs ${dollars(whole)} there.`,
    `it costs about ${dollars(priceArchived(bytes).sum)},`,
    `in a year of ${objectsAYear(75_000)} objects`,
    `for each object, ${objectsAYear(75_000)} in a year at 75,000 verifications a day`,
  ],
};

for (const [path, sentences] of Object.entries(SENTENCES)) {
  test(`${path} has the numbers of the model in its sentences`, () => {
    const text = page(path).replaceAll(/\s+/g, " ");
    for (const sentence of sentences) assert.ok(text.includes(sentence), sentence);
  });
}
