/** Lets requests come, and notes how long each takes. */

import { createAgenda } from "./agenda.mjs";
import { createChance } from "./chance.mjs";
import { createDraws } from "./draws.mjs";
import { WORLD } from "./world.mjs";

/** What is noted, and from when on: by then a queue that can only grow has grown, the sooner the higher the load. */
const REQUESTS = 20_000;
const LEAST_SECONDS = 5;
const WARM_UP = { seconds: 60, aboveLoad: 1000, secondsThen: 5 };

/**
 * Requests at random times, as many a second as `load`, each from an edge drawn by its users. `lay` is that of a scenario. Answers a list
 * of notes: `edge`; `began`, in ms since the warm-up; `milliseconds`, Infinity for whoever failed; `told`, the ms after which the caller
 * knew; and the `plan`.
 */
export function simulate({ lay, seed, load, assumed, pipelined, edges = WORLD, ...time }) {
  const { seconds, warmUp } = { ...secondsFor(load), ...time };
  const chance = createChance(seed);
  const draws = createDraws(chance, assumed, { pipelined });
  const agenda = createAgenda();
  const plan = lay(draws, load);
  const pickEdge = chance.weighted(edges.map(({ weight }) => weight));
  const gap = chance.exponential(1000 / load);
  const [first, last] = [warmUp * 1000, (warmUp + seconds) * 1000];
  const notes = [];
  const arrive = (began) => {
    const edge = edges[pickEdge()];
    const trips = plan(edge, began);
    travel({ agenda, draws }, trips, began, (milliseconds, told) => {
      if (began < first) return;
      notes.push({ edge, began: began - first, milliseconds, told, plan: trips });
    });
    const next = began + gap();
    if (next < last) agenda.at(next, arrive);
  };
  agenda.at(gap(), arrive);
  agenda.run();
  return notes;
}

function secondsFor(load) {
  const warmUp = load > WARM_UP.aboveLoad ? WARM_UP.secondsThen : WARM_UP.seconds;
  return { seconds: Math.max(LEAST_SECONDS, REQUESTS / load), warmUp };
}

/**
 * One request: to the edge, through its trips, and back. `end` gets its ms, or Infinity if it was turned away or took longer than its
 * caller waits, and when its caller knew. A caller who has left does not undo the work.
 */
function travel({ agenda, draws }, trips, began, end) {
  const { client, worker, assumed } = draws;
  const edge = client();
  const finish = (time, done) => {
    const milliseconds = time + edge / 2 - began;
    const inTime = milliseconds <= assumed.patience;
    end(done && inTime ? milliseconds : Infinity, inTime ? milliseconds : assumed.patience);
  };
  const follow = (time, at) => {
    if (at === trips.length) return finish(time, true);
    const { network, database, ...work } = trips[at];
    if (!database) return follow(time + network, at + 1);
    return agenda.at(time + network / 2, (now) => {
      const { done, at: answered } = database.ask(now, work);
      if (!done) return finish(answered + network / 2, false);
      return follow(answered + network / 2, at + 1);
    });
  };
  follow(began + edge / 2 + worker(), 0);
}
