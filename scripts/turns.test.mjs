import assert from "node:assert/strict";
import test, { before } from "node:test";
import { scheduler } from "node:timers/promises";
import { inTurns } from "./local/turns.js";

const MOST_AT_ONCE = 16;

before(() => {
  // workerd has it as a global.
  globalThis.scheduler = scheduler;
});

test("no more calls than sixteen are under way at once, and all are answered", async () => {
  const { database, seen } = watchedDatabase();
  const answers = await Promise.all(asked(database, 200));
  assert.deepEqual(answers, range(200));
  assert.equal(seen.most, MOST_AT_ONCE);
});

test("a session waits for its turn like anybody", async () => {
  const { database, seen } = watchedDatabase();
  await Promise.all(asked(database.withSession("first-unconstrained"), 200));
  assert.equal(seen.most, MOST_AT_ONCE);
});

test("who came first is let in first, but for those whose turn comes at the same time", async () => {
  const { database, seen } = watchedDatabase();
  await Promise.all(asked(database, 200));
  const late = seen.begun.filter((number, at) => Math.abs(number - at) > MOST_AT_ONCE);
  assert.deepEqual(late, []);
});

test("a call that fails makes way for the next", async () => {
  const { database } = watchedDatabase();
  const failing = range(40).map(() => database.prepare("fail").all());
  const results = await Promise.allSettled([...failing, ...asked(database, 5)]);
  assert.deepEqual(
    results.map(({ status }) => status),
    [...Array(40).fill("rejected"), ...Array(5).fill("fulfilled")],
  );
});

function range(length) {
  return Array.from({ length }, (_, at) => at);
}

function asked(database, count) {
  return range(count).map((number) => database.prepare("ask").bind(number).all());
}

/** As much of D1 as the turns need: each call takes a while, and answers what was bound to it. */
function watchedDatabase() {
  const seen = { now: 0, most: 0, begun: [] };
  const statement = (sql, value) => ({
    bind: (given) => statement(sql, given),
    all: async () => {
      seen.begun.push(value);
      seen.most = Math.max(seen.most, ++seen.now);
      await scheduler.wait(2);
      seen.now -= 1;
      if (sql === "fail") throw new Error("failed");
      return value;
    },
  });
  return { seen, database: inTurns({ prepare: (sql) => statement(sql, null) }) };
}
