/** Every number of the model that is not a round trip, with where it is from: measured, published, or a guess that says so. */

import { readMeasured } from "./measured.mjs";

/** Of the measured sizes, the one that a database of a shard is like. */
const USERS = 100_000;
const times = readMeasured().times.find(({ users }) => users === USERS);
const MEASURED = "`npm run bench -- --only scale`, 100,000 users";

/** Times are in ms; those that vary are log-normal, by their median and 95th percentile. Shares are of 1. */
const TABLE = {
  read: {
    is: "a read, on the database's thread",
    value: times.read,
    origin: "measured",
    from: MEASURED,
  },
  commit: { is: "a commit, its CPU", value: times.commit, origin: "measured", from: MEASURED },
  answer: {
    is: "an answer's commit, its CPU",
    value: times.answer,
    origin: "measured",
    from: MEASURED,
  },
  persist: {
    is: "until a commit is safe in several places, and the thread free",
    value: { median: 4.4, p95: 10 },
    origin: "published, vaguely",
    from: '"several milliseconds", and queries "one at a time" (D1\'s limits); varied above',
  },
  call: {
    is: "a call of D1, beside network and SQL",
    value: { median: 2, p95: 4 },
    origin: "guess",
    from: "nothing is published",
  },
  worker: {
    is: "the Worker's CPU",
    value: { median: 0.7, p95: 1 },
    origin: "measured",
    from: "bench/README.md",
  },
  client: {
    is: "client to the edge and back, on an open connection",
    value: { median: 15, p95: 50 },
    origin: "published, and guess",
    from: "95 % of Internet users are within 50 ms of Cloudflare; the median is a guess",
  },
  medianShare: {
    is: "a round trip's median, as a share of its 95th percentile",
    value: 0.92,
    origin: "estimate",
    from: "in July 2023 the page of the round trips had medians",
  },
  lag: {
    is: "lag of a replica",
    value: { median: 800, p95: 3400 },
    origin: "observed by others",
    from: "200 probes, below",
  },
  freshShare: {
    is: "users for whom something changed in the minute before",
    value: 0.02,
    origin: "guess",
    from: "an enrolment or an unlocking, and then a code",
  },
  refused: {
    is: "refused by the read alone: locked, not enrolled …",
    value: 0.01,
    origin: "guess",
    from: "",
  },
  travelling: { is: "users away from home", value: 0.05, origin: "guess", from: "" },
  wake: {
    is: "waking a Durable Object",
    value: { median: 20, p95: 100 },
    origin: "guess",
    from: "nothing is published",
  },
  awake: {
    is: "Durable Objects that are awake",
    value: 0.1,
    origin: "guess",
    from: "a user verifies rarely",
  },
  writesOfEleven: {
    is: "of the eleven trips, those that write",
    value: 4,
    origin: "guess",
    from: "",
  },
  mostWait: {
    is: "the longest wait that a database lets anybody queue for",
    value: 2000,
    origin: "guess",
    from: 'D1 answers "overloaded"; when is not published',
  },
  patience: {
    is: "patience of a caller",
    value: 5000,
    origin: "chosen",
    from: "that of the clients of this repository",
  },
  perDatabase: {
    is: "verifications a second that a shard is planned for",
    value: 80,
    origin: "chosen",
    from: "less than half of what its thread can do",
  },
};

/** Each number by its name. */
export const ASSUMED = Object.fromEntries(
  Object.entries(TABLE).map(([name, { value }]) => [name, value]),
);

/** What `freshShare` is about, in ms. */
export const FRESH_FOR = 60_000;

/** Rows of the table of docs/scaling.md. */
export function assumptionRows() {
  return Object.values(TABLE).map(({ is, value, origin, from }) => [
    is,
    inWords(value),
    origin,
    from,
  ]);
}

function inWords(value) {
  if (typeof value === "object") return [value.median, value.p95].map(inWords).join(" / ");
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}
