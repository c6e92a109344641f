/** Shards in one place, for what can go wrong with one of them. Each request is a direct verification, and its plan names its `shard`. */

import { database, PRIMARY, tripTo } from "./scenarios.mjs";

export const SHARDS = 16;
/** The apps of the service, the n-th of which has an n-th of the first one's users. */
export const APPS = 1000;

/** With `wholeApps` an app's users lie on one shard together, else they are spread over all. */
export function layHot({ wholeApps }) {
  return (draws) => {
    const { weighted, uniform } = draws.chance;
    const pickApp = weighted(Array.from({ length: APPS }, (_, at) => 1 / (at + 1)));
    const any = () => Math.floor(uniform() * SHARDS);
    const homes = Array.from({ length: APPS }, any);
    const verify = layAll(draws);
    return (edge) => verify(edge, wholeApps ? homes[pickApp()] : any());
  };
}

/** The first shard has an outage (database.mjs). */
export function layFailing(outage) {
  return (draws) => {
    const verify = layAll(draws, outage);
    return (edge) => verify(edge, Math.floor(draws.chance.uniform() * SHARDS));
  };
}

function layAll(draws, outage = null) {
  const trips = Array.from({ length: SHARDS }, (_, at) =>
    tripTo(draws, database(draws, { outage: at === 0 ? outage : null })),
  );
  return (edge, shard) => {
    const plan = [
      trips[shard](edge, PRIMARY, "reading"),
      trips[shard](edge, PRIMARY, "committing"),
    ];
    return Object.assign(plan, { shard });
  };
}
