/** Whom the Workers are asked about: users of the server API, and accounts of the user API. */

import { randomBytes } from "node:crypto";

/** How many users an app has, and how many are seeded at once. */
export const BATCH = 500;

/** Of every account. */
export const PASSWORD = "correct horse battery staple";

/** Users with secrets of 160 bits, the same for every Worker of the run. */
export function newUsers(count) {
  return Array.from({ length: count }, (_, at) => ({
    externalId: `user-${at}`,
    app: Math.floor(at / BATCH),
    secret: newSecret(),
  }));
}

/** Accounts called after their kind; `state` is what their user's row says beside the usual. */
export function newAccounts(kind, count, { enrolled = false, state = {} } = {}) {
  return Array.from({ length: count }, (_, at) => ({
    email: emailOf(kind, at),
    secret: enrolled ? newSecret() : null,
    ...state,
  }));
}

export function emailOf(kind, at) {
  return `${kind}-${at}@bench.example.com`;
}

function newSecret() {
  return randomBytes(20).toString("hex");
}

/** A user whose code was spent has no other one until the next step: nobody is asked twice. */
export function takerOf(users) {
  let next = 0;
  return (count) => {
    const taken = users.slice(next, (next += count));
    if (taken.length < count) throw new Error("Not enough users for this run: give --users.");
    return taken;
  };
}

/** Those whose code stays unspent can be asked again and again. */
export function inTurnsOf(users) {
  let next = 0;
  return (count) => Array.from({ length: count }, () => users[next++ % users.length]);
}
