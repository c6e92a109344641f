/** What a request meets on its way: each a function that draws one number of ms, or a piece of work. */

import { ASSUMED } from "./assumptions.mjs";

/** `assumed`: the numbers of assumptions.mjs, or others, to vary them. `pipelined`: a commit's waiting holds up nobody. */
export function createDraws(chance, assumed = ASSUMED, { pipelined = false } = {}) {
  const of = (name) => chance.spread(assumed[name]);
  const [read, commit, answer, persist] = ["read", "commit", "answer", "persist"].map(of);
  const [call, worker, client, wake, lag] = ["call", "worker", "client", "wake", "lag"].map(of);
  const shape = chance.spread({ median: assumed.medianShare, p95: 1 });
  const write = (cpu) => {
    const [own, safe] = [cpu(), persist()];
    return pipelined ? { hold: own, afterwards: safe } : { hold: own + safe };
  };
  return {
    chance,
    assumed,
    reading: () => ({ hold: read() }),
    committing: () => write(commit),
    answering: () => write(answer),
    /** A round trip between an edge and a place of D1. */
    between: (edge, place) => edge.roundTrips[place] * shape(),
    call,
    worker,
    client,
    lag,
    wakeUp: () => (chance.happens(assumed.awake) ? 0 : wake()),
  };
}
