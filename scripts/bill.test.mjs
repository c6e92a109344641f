/** What a month costs and what a database carries, by bench/simulate/. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PLAN_DOLLARS, PRICES } from "../bench/list-prices.mjs";
import { billOf, DAYS, usage, VERIFICATIONS_A_USER } from "../bench/simulate/bill.mjs";
import { MOST_BYTES, mostASecond, verificationsADay } from "../bench/simulate/capacity.mjs";
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
  const events = (verifications / 30) * DAYS.kept * BYTES.event;
  const gigabytes = (users + events) / 1e9 - PRICES.gigabyteInD1.included;
  assert.ok(Math.abs(of("gigabyteInD1") - gigabytes * PRICES.gigabyteInD1.dollars) < 1e-9);
});

test("users and their trail fill a database exactly", () => {
  const [users, days] = [1_000_000, DAYS.kept];
  const events = verificationsADay({ users, days, bytes: BYTES }) * days;
  assert.ok(Math.abs(users * BYTES.user + events * BYTES.event - MOST_BYTES) < 1);
  assert.equal(verificationsADay({ users: 1e9, days, bytes: BYTES }), 0);
});

test("a thread does as many verifications a second as their times leave room for", () => {
  const [read, commit, persist] = [1, 2, 7].map((median) => ({ median, p95: median }));
  assert.equal(mostASecond({ read, commit, persist }), 100);
});
