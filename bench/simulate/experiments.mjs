/** What is asked of the model. Every experiment has a seed of its own, and each of its runs begins with it: what differs is the layout. */

import { ASSUMED } from "./assumptions.mjs";
import { simulate } from "./run.mjs";
import { SCENARIOS } from "./scenarios.mjs";
import { layFailing, layHot, SHARDS } from "./shards.mjs";
import { summarise } from "./summary.mjs";
import { CONTINENTS } from "./world.mjs";

export const SEEDS = { continents: 101, load: 102, commit: 103, hot: 104, outage: 105, lag: 106 };
export const LOADS = [10, 100, 300, 1000, 5000, 20_000];
/** Beside those of the table, for the curves. */
const MORE_LOADS = [30, 150, 200];
/** So low that nobody queues. */
export const QUIET_LOAD = 20;
const QUIET_SECONDS = 2000;
/** A layout that fails so much fails more with more: it is not run again. */
const HOPELESS = 0.9;

/** For each scenario, what users of each continent wait. */
export function byContinent() {
  return Object.entries(SCENARIOS).map(([name, { lay }]) => {
    const run = { lay, seed: SEEDS.continents, load: QUIET_LOAD, seconds: QUIET_SECONDS };
    const groups = Map.groupBy(simulate(run), ({ edge }) => edge.continent);
    return { name, cells: CONTINENTS.map((one) => ({ at: one, ...summarise(groups.get(one)) })) };
  });
}

/** For each scenario, what everybody waits at each load. */
export function byLoad() {
  const loads = [...LOADS, ...MORE_LOADS].toSorted((a, b) => a - b);
  return Object.entries(SCENARIOS).map(([name, { lay, count }]) => {
    const counted = count && ((load) => count({ assumed: ASSUMED }, load));
    return {
      name,
      count: counted,
      cells: climb(loads, (load) => ({ lay, seed: SEEDS.load, load })),
    };
  });
}

function climb(loads, runAt) {
  const cells = [];
  for (const load of loads) {
    const isHopeless = cells.length > 0 && cells.at(-1).failed > HOPELESS;
    const summary = isHopeless ? { ...cells.at(-1) } : summarise(simulate(runAt(load)));
    cells.push({ ...summary, at: load, isHopeless });
  }
  return cells;
}

export const COMMIT_LOADS = [10, 30, 50, 70, 100, 160, 200, 250, 300, 500, 700, 1000, 2000];
/** What a commit could cost. The one that the other experiments take is named in `isTaken`. */
const COMMITS = [
  { name: "1 ms", persist: { median: 0.88, p95: 2 } },
  { name: "3 ms", persist: { median: 2.64, p95: 6 } },
  { name: "5 ms", persist: ASSUMED.persist, isTaken: true },
  { name: "10 ms", persist: { median: 8.8, p95: 20 } },
  { name: "5 ms, holding up nobody", persist: ASSUMED.persist, pipelined: true },
];

/** Two trips to one primary, by what a commit costs there. */
export function byCommitCost() {
  const { lay } = SCENARIOS["two trips"];
  return COMMITS.map(({ name, persist, pipelined = false, isTaken }) => {
    const assumed = { ...ASSUMED, persist };
    const runAt = (load) => ({ lay, seed: SEEDS.commit, load, assumed, pipelined });
    return { name, isTaken, cells: climb(COMMIT_LOADS, runAt) };
  });
}

export const HOT_LOADS = [400, 800, 1600];
const HOT_SECONDS = 60;

/** Many shards, and apps of very different sizes: what the users of the fullest shard wait, and all others. */
export function byHotShard() {
  return HOT_LOADS.flatMap((load) =>
    [true, false].map((wholeApps) => {
      const run = { lay: layHot({ wholeApps }), seed: SEEDS.hot, load };
      const notes = simulate({ ...run, seconds: HOT_SECONDS, warmUp: HOT_SECONDS });
      const groups = Map.groupBy(notes, ({ plan }) => plan.shard);
      const [hottest] = [...groups.keys()].toSorted(
        (a, b) => groups.get(b).length - groups.get(a).length,
      );
      return {
        load,
        wholeApps,
        share: groups.get(hottest).length / notes.length,
        hottest: summarise(groups.get(hottest)),
        others: summarise(notes.filter(({ plan }) => plan.shard !== hottest)),
      };
    }),
  );
}

export const OUTAGE = { load: 50 * SHARDS, from: 60_000, to: 120_000, seconds: 180, warmUp: 15 };

/** One of many shards is down for a minute. */
export function byOutage() {
  const { load, from, to, seconds, warmUp } = OUTAGE;
  return [true, false].map((refuses) => {
    const outage = { from: warmUp * 1000 + from, to: warmUp * 1000 + to, refuses };
    const notes = simulate({ lay: layFailing(outage), seed: SEEDS.outage, load, seconds, warmUp });
    const during = notes.filter(({ began }) => began >= from && began < to);
    const hit = during.filter(({ plan }) => plan.shard === 0);
    const before = notes.filter(({ began }) => began < from);
    const after = notes.filter(({ began, plan }) => began >= to && plan.shard === 0);
    return {
      refuses,
      share: hit.length / during.length,
      hit: summarise(hit),
      told: summarise(hit.map(({ told }) => ({ milliseconds: told }))),
      others: summarise(during.filter(({ plan }) => plan.shard !== 0)),
      before: summarise(before),
      after: summarise(after),
    };
  });
}

const LAGS = [
  { name: "none", times: 0.001 },
  { name: "as observed", times: 1 },
  { name: "ten times that", times: 10 },
];
const LAG_SECONDS = 2000;

/** Nearest reads, by the replicas' lag: who has to ask the primary again. */
export function byLag() {
  const { lay } = SCENARIOS["nearest read"];
  return LAGS.map(({ name, times }) => {
    const { median, p95 } = ASSUMED.lag;
    const assumed = { ...ASSUMED, lag: { median: median * times, p95: p95 * times } };
    const notes = simulate({ lay, seed: SEEDS.lag, load: 100, seconds: LAG_SECONDS, assumed });
    const behind = notes.filter(({ plan }) => plan.again && !plan.refused);
    return {
      name,
      refused: notes.filter(({ plan }) => plan.refused).length / notes.length,
      behind: behind.length / notes.length,
      all: summarise(notes),
      again: behind.length > 0 ? summarise(behind) : null,
    };
  });
}
