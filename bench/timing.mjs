/** Whether a wrong password is answered in the same time, whatever is known of the account. */

import { launch } from "./contestants.mjs";
import { login } from "./login.mjs";
import { emailOf, newAccounts, PASSWORD } from "./people.mjs";

const WRONG_PASSWORD = "correct horse battery stapler";
/** Of each case: enough for a median. */
const LOGINS = 256;
/** Wrong passwords that one account is sent: below the ten at which its guard closes for an address. */
const EACH = 8;
const ACCOUNTS = LOGINS / EACH;
const GUARD_LIMIT = 10;
const HOUR_MS = 3_600_000;
const WARM_UP = 60;

const REFUSED = { status: 401, has: { code: "invalid_credentials" } };

/** What there is of each case, and what the right password gets, which shows that the case is what it is called. */
const CASES = {
  unknown: {},
  "unknown, again": {},
  "no second factor": { account: {}, right: { status: 200, has: { status: "authenticated" } } },
  "second factor": { account: { enrolled: true }, right: challenged() },
  "its codes locked": {
    account: { enrolled: true, state: soon("lockedUntil") },
    right: challenged(),
  },
  "its codes capped": { account: { enrolled: true, state: soon("cappedAt") }, right: challenged() },
  disabled: {
    account: { state: soon("disabledAt") },
    right: { status: 403, has: { code: "user_disabled" } },
  },
  "guard closed": { account: {}, right: REFUSED, closed: true },
};

function challenged() {
  return { status: 200, has: { status: "second_factor_required" } };
}

function soon(column) {
  return { [column]: Date.now() + HOUR_MS };
}

/** The accounts that this part needs, by case; of nobody there is none. */
export function timingAccounts() {
  const known = Object.keys(CASES).filter((name) => CASES[name].account);
  return Object.fromEntries(known.map((name) => [name, accountsOf(name)]));
}

function accountsOf(name) {
  return newAccounts(kindOf(name), ACCOUNTS, CASES[name].account);
}

/**
 * Who logs in, in turn `at`, whether they have an account or not. Each from an address of their own: an address has a guard too, over all
 * names.
 */
function personOf(name, at) {
  const place = at % ACCOUNTS;
  const address = `198.18.${Object.keys(CASES).indexOf(name)}.${place}`;
  return { email: emailOf(kindOf(name), place), address };
}

function refused(person) {
  return login(person, WRONG_PASSWORD, REFUSED);
}

function kindOf(name) {
  return name.replace(/\W+/g, "-");
}

/** The times of all log-ins, by case. One connection, one log-in at a time, in random order: what one leaves behind meets any other. */
export async function compareRefusals(run, { service, remote }) {
  const { generator } = run;
  const worker = await launch(run, { name: "timing", script: service.script, remote });
  const ask = (requests) => generator.run(worker.port, 1, requests);
  await ask(warmUp());
  for (const name of Object.keys(CASES)) if (CASES[name].closed) await ask(closing(name));
  const order = Array.from({ length: LOGINS }, (_, at) => shuffled(Object.keys(CASES), at)).flat();
  const { milliseconds } = await ask(order.map(({ name, at }) => refused(personOf(name, at))));
  await ask(Object.keys(CASES).flatMap(rightPassword));
  await worker.stop();
  const timesOf = (name) => milliseconds.filter((_, at) => order[at].name === name);
  return Object.keys(CASES).map((name) => ({ name, times: timesOf(name) }));
}

function warmUp() {
  return Array.from({ length: WARM_UP }, (_, at) => refused({ email: emailOf("nobody", at) }));
}

/** As many wrong passwords as close the guards of these accounts. */
function closing(name) {
  const places = Array.from({ length: ACCOUNTS }, (_, at) => at);
  return places.flatMap((at) => Array(GUARD_LIMIT).fill(refused(personOf(name, at))));
}

function rightPassword(name) {
  const { right } = CASES[name];
  return right ? [login(personOf(name, 0), PASSWORD, right)] : [];
}

/** Fisher and Yates. */
function shuffled(names, at) {
  const places = names.map((name) => ({ name, at }));
  for (let last = places.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [places[last], places[other]] = [places[other], places[last]];
  }
  return places;
}
