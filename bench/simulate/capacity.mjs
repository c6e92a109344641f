/** What one database carries: reckoned from measured bytes and times, and from published limits. */

import { DAYS_A_MONTH } from "../list-prices.mjs";
import { trailBytes } from "./bill.mjs";

/** developers.cloudflare.com/d1/platform/limits: it cannot be raised. */
export const MOST_BYTES = 10e9;
const SECONDS_A_DAY = 86_400;
const Z95 = 1.6448536;

/** Verifications a day for which the trail and so many users fill the database. */
export function verificationsADay({ users, archived, bytes }) {
  const left = MOST_BYTES - users * bytes.user;
  return Math.max(0, left / trailBytes({ archived, bytes }));
}

export function mostUsers({ bytes }) {
  return MOST_BYTES / bytes.user;
}

/** Direct verifications a second that keep the thread busy all the time. */
export function mostASecond({ read, commit, persist }) {
  return 1000 / (mean(read) + mean(commit) + mean(persist));
}

/** Of a log-normal distribution. */
function mean({ median, p95 }) {
  const sigma = Math.log(p95 / median) / Z95;
  return median * Math.exp(sigma ** 2 / 2);
}

/** Rows of the table: by number of users, what fits with the whole trail in D1, and with the older part in R2. */
export function capacities({ bytes, sizes }) {
  return sizes.map((users) => {
    const [whole, hot] = [false, true].map((archived) =>
      verificationsADay({ users, archived, bytes }),
    );
    return {
      users,
      whole,
      hot,
      wholeASecond: whole / SECONDS_A_DAY,
      hotASecond: hot / SECONDS_A_DAY,
    };
  });
}

/** A guess: how many times its average the load of a busy hour is. */
export const PEAK = 4;
/** How full a database may get before its users are moved: a copy and a backlog need room. */
const FULL_SHARE = 0.8;
const SECONDS_A_MONTH = DAYS_A_MONTH * SECONDS_A_DAY;

/** How many databases a month of so many verifications needs, with `gigabytes` in D1: for their size, and for the busy hour. */
export function databasesFor({ verifications, gigabytes, perDatabase }) {
  const peak = peakASecond(verifications);
  return Math.max(
    Math.ceil((gigabytes * 1e9) / (MOST_BYTES * FULL_SHARE)),
    Math.ceil(peak / perDatabase),
  );
}

export function peakASecond(verifications) {
  return (PEAK * verifications) / SECONDS_A_MONTH;
}
