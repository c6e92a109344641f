/**
 * The ways in which a verification can be laid out over the world. `lay` makes the databases for a load (verifications a second) and
 * answers `plan(edge)`: the trips of one request, one after the other. A trip is a round trip of so many ms, and work for a database.
 */

import { FRESH_FOR } from "./assumptions.mjs";
import { createDatabase } from "./database.mjs";
import { PLACE_NAMES, shareOf } from "./world.mjs";

/** Where the one primary is. */
export const PRIMARY = "enam";
/** What a popular library makes (bench/README.md). */
const ELEVEN = 11;

export const SCENARIOS = {
  "two trips": {
    about: "a direct verification: a read and a commit, both at the one primary",
    lay: (draws) => {
      const trip = tripTo(draws, database(draws));
      return (edge) => [trip(edge, PRIMARY, "reading"), trip(edge, PRIMARY, "committing")];
    },
  },
  "nearest read": {
    about: "the read at the nearest replica, the commit at the primary",
    lay: layNearestRead,
  },
  "beside the primary": {
    about: "the Worker runs beside the one primary, so that both trips are local",
    lay: (draws) => {
      const one = database(draws);
      const local = (work) => ({ network: draws.call(), database: one, ...draws[work]() });
      return (edge) => [
        passage(draws.between(edge, PRIMARY)),
        local("reading"),
        local("committing"),
      ];
    },
  },
  "one trip": {
    about: "the answer to a challenge: a commit at the one primary, and no read",
    lay: (draws) => {
      const trip = tripTo(draws, database(draws));
      return (edge) => [trip(edge, PRIMARY, "answering")];
    },
  },
  "regional shards": {
    about: "two trips to a shard in the user's region; as many shards as the load needs",
    lay: layShards,
    count: ({ assumed }, load) =>
      PLACE_NAMES.reduce((n, place) => n + shardsIn(place, assumed, load), 0),
  },
  "an object per user": {
    about: "one trip to a Durable Object of the user's own, in their region, mostly asleep",
    lay: (draws) => {
      const home = homeOf(draws);
      return (edge) => {
        const { hold, afterwards = 0 } = draws.committing();
        const trip = draws.between(edge, home(edge)) + draws.call() + draws.wakeUp();
        return [passage(trip + hold + afterwards)];
      };
    },
  },
  "eleven trips": {
    about: "what a popular library makes (bench/README.md), all to the one primary",
    lay: (draws) => {
      const trip = tripTo(draws, database(draws));
      const reads = ELEVEN - draws.assumed.writesOfEleven;
      const works = Array.from({ length: ELEVEN }, (_, at) =>
        at < reads ? "reading" : "committing",
      );
      return (edge) => works.map((work) => trip(edge, PRIMARY, work));
    },
  },
};

/** A database with the queue that is assumed. */
export function database({ assumed: { mostWait } }, options = {}) {
  return createDatabase({ mostWait, ...options });
}

/** A trip from the edge to a place, for work that `draws` names, on a database there. */
export function tripTo(draws, one) {
  return (edge, place, work) => ({
    network: draws.between(edge, place) + draws.call(),
    database: one,
    ...draws[work](),
  });
}

/** Time that nobody else is held up by. */
function passage(milliseconds) {
  return { network: milliseconds, database: null };
}

/**
 * Replicas in every place. What the replica would refuse asks the primary once more: a refusal, and whatever is only not there yet. Marks
 * such a plan as asked `again`.
 */
function layNearestRead(draws) {
  const primary = tripTo(draws, database(draws));
  const replicas = Object.fromEntries(
    PLACE_NAMES.map((place) => [place, tripTo(draws, database(draws))]),
  );
  const behind = behindOf(draws);
  return (edge) => {
    const { nearest } = edge;
    const trips = [replicas[nearest](edge, nearest, "reading")];
    const refused = draws.chance.happens(draws.assumed.refused);
    const again = refused || behind();
    if (again) trips.push(primary(edge, PRIMARY, "reading"));
    if (!refused) trips.push(primary(edge, PRIMARY, "committing"));
    return Object.assign(trips, { again, refused });
  };
}

/** Whether the replica has not yet seen what changed for this user a moment ago. */
function behindOf({ chance, lag, assumed: { freshShare } }) {
  return () => chance.happens(freshShare) && chance.uniform() * FRESH_FOR < lag();
}

function layShards(draws, load) {
  const shards = Object.fromEntries(
    PLACE_NAMES.map((place) => {
      const count = shardsIn(place, draws.assumed, load);
      return [place, Array.from({ length: count }, () => tripTo(draws, database(draws)))];
    }),
  );
  const home = homeOf(draws);
  return (edge) => {
    const place = home(edge);
    const some = shards[place];
    const trip = some[Math.floor(draws.chance.uniform() * some.length)];
    return [trip(edge, place, "reading"), trip(edge, place, "committing")];
  };
}

/** Where the user of a request is at home: near this edge, or, for those who travel, near any other place. */
function homeOf({ chance, assumed: { travelling } }) {
  const elsewhere = chance.weighted(PLACE_NAMES.map(shareOf));
  return ({ nearest }) => (chance.happens(travelling) ? PLACE_NAMES[elsewhere()] : nearest);
}

function shardsIn(place, { perDatabase, travelling }, load) {
  const share = shareOf(place);
  return share === 0 ? 0 : Math.ceil((load * share * (1 + travelling)) / perDatabase);
}
