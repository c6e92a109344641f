/** The model of bench/simulate/: what is known of queues comes out of it, and it does not flatter. */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ASSUMED } from "../bench/simulate/assumptions.mjs";
import { drawChart } from "../bench/simulate/chart.mjs";
import { createChance } from "../bench/simulate/chance.mjs";
import { createDatabase } from "../bench/simulate/database.mjs";
import { fillIn } from "../bench/simulate/markdown.mjs";
import { simulate } from "../bench/simulate/run.mjs";
import { PRIMARY, SCENARIOS, tripTo } from "../bench/simulate/scenarios.mjs";
import { layFailing, SHARDS } from "../bench/simulate/shards.mjs";
import { summarise } from "../bench/simulate/summary.mjs";
import { PLACE_NAMES, shareOf, WORLD } from "../bench/simulate/world.mjs";

const NO_TIME = { median: 0, p95: 0 };
/** Nothing but the queue takes time. */
const NOWHERE = {
  ...ASSUMED,
  client: NO_TIME,
  worker: NO_TIME,
  call: NO_TIME,
  mostWait: Infinity,
  patience: Infinity,
};
const HERE = [{ name: "here", weight: 1, nearest: PRIMARY, roundTrips: { [PRIMARY]: 0 } }];
const MEAN_MS = 10;

/** One trip to one database, whose thread is held for as long as `holdOf(draws)` draws. */
function queue(holdOf, load, more = {}) {
  const lay = (draws) => {
    const [one, hold] = [createDatabase({ mostWait: draws.assumed.mostWait }), holdOf(draws)];
    return () => [{ network: 0, database: one, hold: hold() }];
  };
  return simulate({ lay, seed: 7, load, assumed: NOWHERE, edges: HERE, seconds: 4000, ...more });
}

const exponential = ({ chance }) => chance.exponential(MEAN_MS);
const constant = () => () => MEAN_MS;

function meanOf(notes) {
  return notes.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / notes.length;
}

function assertNear(actual, expected, tolerance) {
  const message = `${actual} is not within ${tolerance * 100} % of ${expected}`;
  assert.ok(Math.abs(actual / expected - 1) <= tolerance, message);
}

for (const busy of [0.3, 0.5, 0.7]) {
  const load = (busy * 1000) / MEAN_MS;
  test(`the wait of M/M/1 comes out when the thread is busy ${busy} of the time`, () => {
    assertNear(meanOf(queue(exponential, load)), MEAN_MS / (1 - busy), 0.03);
  });

  test(`the wait of M/D/1 comes out when the thread is busy ${busy} of the time`, () => {
    const wait = (MEAN_MS * busy) / (2 * (1 - busy));
    assertNear(meanOf(queue(constant, load)), MEAN_MS + wait, 0.03);
  });
}

test("the percentiles of what is constant are that constant", () => {
  const notes = Array.from({ length: 100 }, () => ({ milliseconds: 42 }));
  assert.deepEqual(summarise(notes), { count: 100, p50: 42, p95: 42, p99: 42, failed: 0 });
});

test("a percentile among the failed is no number of milliseconds", () => {
  const notes = Array.from({ length: 100 }, (_, at) => ({ milliseconds: at < 97 ? 1 : Infinity }));
  assert.deepEqual(summarise(notes), { count: 100, p50: 1, p95: 1, p99: Infinity, failed: 0.03 });
});

test("a distribution has the median and the 95th percentile that it is given", () => {
  const draw = createChance(3).spread({ median: 20, p95: 90 });
  const { p50, p95 } = summarise(Array.from({ length: 200_000 }, () => ({ milliseconds: draw() })));
  assertNear(p50, 20, 0.02);
  assertNear(p95, 90, 0.02);
});

test("the lag's 99th percentile, which is not given, is the one that was observed", () => {
  const draw = createChance(4).spread(ASSUMED.lag);
  const notes = Array.from({ length: 200_000 }, () => ({ milliseconds: draw() }));
  assertNear(summarise(notes).p99, 6100, 0.04);
});

for (const [name, { lay }] of Object.entries(SCENARIOS)) {
  const run = (seed) => timesOf(simulate({ lay, seed, load: 30, seconds: 20, warmUp: 0 }));
  test(`${name}: the same seed makes the same run, another seed another one`, () => {
    assert.deepEqual(run(1), run(1));
    assert.notDeepEqual(run(1), run(2));
  });
}

function isLate({ milliseconds }) {
  return milliseconds === Infinity;
}

function timesOf(notes) {
  return notes.map(({ milliseconds }) => milliseconds);
}

test("a thread does one thing at a time, in the order in which it is asked", () => {
  const asked = fc.array(fc.record({ gap: fc.nat(20), hold: fc.nat(30) }), { minLength: 1 });
  const property = fc.property(asked, (all) => {
    const database = createDatabase();
    let [now, freeAt] = [0, 0];
    for (const { gap, hold } of all) {
      now += gap;
      freeAt = Math.max(freeAt, now) + hold;
      assert.deepEqual(database.ask(now, { hold }), { done: true, at: freeAt });
    }
  });
  fc.assert(property, { seed: 1 });
});

test("an overloaded writer turns away what it cannot do, and nobody waits for longer than the queue may be", () => {
  const [load, mostWait] = [250, 500];
  const assumed = { ...NOWHERE, mostWait };
  const notes = queue(constant, load, { assumed, seconds: 60, warmUp: 60 });
  assertNear(summarise(notes).failed, 1 - 1000 / MEAN_MS / load, 0.05);
  const answered = timesOf(notes).filter((one) => one < Infinity);
  assert.ok(Math.max(...answered) <= mostWait + MEAN_MS);
  assert.ok(Math.min(...answered) > mostWait - 5 * MEAN_MS);
});

test("the queue of an overloaded writer grows until callers give up", () => {
  const assumed = { ...NOWHERE, patience: 1000 };
  const notes = queue(constant, 200, { assumed, seconds: 60, warmUp: 0 });
  assert.ok(notes.filter(({ began }) => began < 500).every((one) => !isLate(one)));
  const late = notes.filter(({ began }) => began > 4000);
  assert.ok(late.every(isLate));
  assert.ok(late.every(({ told }) => told === 1000));
});

for (const refuses of [true, false]) {
  test(`one shard that is ${refuses ? "down" : "silent"} changes nothing for the users of others`, () => {
    const outage = { from: 20_000, to: 40_000, refuses };
    const run = { seed: 9, load: 20 * SHARDS, seconds: 60, warmUp: 0 };
    const quiet = simulate({ ...run, lay: layFailing(null) });
    const failing = simulate({ ...run, lay: layFailing(outage) });
    assert.deepEqual(timesOfOthers(failing), timesOfOthers(quiet));
    const hit = failing.filter(({ plan }) => plan.shard === 0);
    const during = hit.filter(({ began }) => began > 20_000 && began < 39_500);
    assert.ok(during.length > 300);
    assert.equal(summarise(during).failed, 1);
    assert.ok(during.every(({ told }) => (refuses ? told < 1000 : told === ASSUMED.patience)));
    assert.equal(summarise(hit.filter(({ began }) => began > 40_000)).failed, 0);
  });
}

/** In the order in which they began: notes are made at the end of a request. */
function timesOfOthers(notes) {
  const others = notes.filter(({ plan }) => plan.shard !== 0);
  return timesOf(others.toSorted((a, b) => a.began - b.began));
}

test("a longer lag makes more users ask the primary again, and none only those who are refused", () => {
  const { lay } = SCENARIOS["nearest read"];
  const shares = [0.001, 1, 20].map((times) => {
    const lag = { median: ASSUMED.lag.median * times, p95: ASSUMED.lag.p95 * times };
    const notes = simulate({ lay, seed: 5, load: 50, seconds: 400, assumed: { ...ASSUMED, lag } });
    const again = notes.filter(({ plan }) => plan.again);
    return again.filter(({ plan }) => !plan.refused).length / notes.length;
  });
  assert.equal(shares[0], 0);
  assert.ok(shares[1] < shares[2]);
});

test("more trips never take less time", () => {
  const medians = [1, 2, 3, 11].map(medianOfTrips);
  assert.deepEqual(
    medians,
    medians.toSorted((a, b) => a - b),
  );
});

function medianOfTrips(count) {
  const lay = (draws) => {
    const trip = tripTo(draws, createDatabase());
    return (edge) => Array.from({ length: count }, () => trip(edge, PRIMARY, "reading"));
  };
  return summarise(simulate({ lay, seed: 6, load: 5, seconds: 400 })).p50;
}

test("every user is near one place, and the place is the nearest", () => {
  assert.equal(
    PLACE_NAMES.map(shareOf).reduce((sum, one) => sum + one),
    1,
  );
  for (const { nearest, roundTrips } of WORLD) {
    assert.equal(roundTrips[nearest], Math.min(...Object.values(roundTrips)));
  }
});

test("a curve ends with a cross where requests fail", () => {
  assert.ok(drawOne([1, 2], [10, Infinity]).includes("one ✕"));
  assert.ok(!drawOne([1, 2], [10, 4]).includes("✕"));
  assert.ok(!/NaN|Infinity|A & B/.test(drawOne([1, 2], [10, Infinity])));
});

function drawOne(...points) {
  return drawChart({
    title: "A & B",
    x: { values: [1, 10], label: "x" },
    y: { ticks: [1, 10], label: "y" },
    curves: [{ name: "one", points }],
  });
}

test("a page without a place for a table is refused, and so is a place without a table", () => {
  const page = "words\n\n<!-- one -->\n\nold\n\n<!-- end of one -->\n\nmore";
  const filled = fillIn(page, { one: "| new |" });
  assert.equal(filled, page.replace("old", "| new |"));
  assert.equal(fillIn(filled, { one: "| new |" }), filled);
  assert.throws(() => fillIn(page, { one: "", two: "" }), /no place for two/);
  assert.throws(() => fillIn(page, {}), /nothing to put into one/);
});
