/** Arguments: the bundle, the checkout, the database file to make, how many users. Prints two tables. */

import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { addKey, depsOn, giveSecret } from "./storage-deps.mjs";
import { renderRows } from "./simulate/measured.mjs";
import { bytesOfRows } from "./storage-rows.mjs";
import { fill, migrate } from "./storage-seed.mjs";
import { openDatabase } from "./sqlite-d1.mjs";

const [script, root, file, count] = process.argv.slice(2);
const users = Number(count);
const core = await import(pathToFileURL(script).href);
const REPEATS = 5;
const now = Date.now();

console.log(`${renderRows(await bytesOfRows(core, root))}\n`);

const { sqlite, d1, asked } = openDatabase(file);
migrate(sqlite, root);
const begun = performance.now();
fill(sqlite, { users, now, settings: JSON.stringify(core.DEFAULT_SETTINGS) });
const seconds = Math.round((performance.now() - begun) / 1000);
const gigabytes = (statSync(file).size / 1e9).toFixed(2);
console.log(`storage: ${users} users, ${gigabytes} GB, filled in ${seconds} s\n`);

const keyring = await core.parseKeyring(`bench:${"B".repeat(42)}A`);
const deps = depsAt(now);
const rows = [];

await clean("nothing due", deps);
await measure("verify, wrong code", await verification());
for (const [name, filter] of Object.entries(lists())) {
  await measure(`users ${name}`, () => core.listUsers(deps, { ...filter, limit: 50 }));
}
for (const [name, filter] of Object.entries(events())) {
  await measure(`events ${name}`, () => core.listEvents(deps, { ...filter, limit: 50 }));
}
const period = { span: "24h", aheadMilliseconds: 0 };
await measure("the console's overview", () => core.loadOverview(deps, period, 10));
sqlite.exec("UPDATE apps SET deleted_at = 1 WHERE id = 'app_0'");
sqlite.exec("INSERT INTO deleted_apps VALUES ('app_0')");
await clean("a deleted app", deps, core.TASKS.slice(-1));
await clean("everything due", depsAt(now + 500 * 24 * 3600_000));
print();

function depsAt(at) {
  return depsOn(d1, { keyring, now: new Date(at) });
}

/** Transactions of a few rounds of every kind of row. */
async function clean(name, about, tasks = core.TASKS) {
  for (const task of tasks) {
    const before = asked.length;
    for (let times = 0; times < REPEATS; times++) await task(about);
    const some = asked.slice(before);
    note(`clean-up, ${name}: ${tableOf(some)}`, some);
  }
}

function tableOf(some) {
  const text = some.flatMap(({ statements }) => statements.map(({ sql }) => sql)).join();
  const forms = [/DELETE FROM (\w+)/, /\(SELECT \w+ FROM (\w+) WHERE \w+ >/, /FROM (\w+)/];
  return forms.map((form) => form.exec(text)?.[1]).find(Boolean);
}

async function measure(name, act) {
  const before = asked.length;
  for (let times = 0; times < REPEATS; times++) await act();
  note(name, asked.slice(before));
}

function note(name, some) {
  const times = some.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  const sum = (of) => some.reduce((total, one) => total + of(one), 0) / REPEATS;
  rows.push({
    name,
    transactions: some.length / REPEATS,
    median: times[Math.floor(times.length / 2)],
    max: times.at(-1),
    answered: sum(({ results }) => results.reduce((n, one) => n + one.results.length, 0)),
    changed: sum(({ results }) => results.reduce((n, one) => n + one.meta.changes, 0)),
  });
}

/** Of a user whose secret opens, through the gate as it is. */
async function verification() {
  const appId = "app_5";
  const key = await addKey(core, sqlite, { appId, scope: "verify", now });
  const secret = new Uint8Array(20);
  const userId = await giveSecret(core, sqlite, { keyring, number: 5, appId, secret });
  const caller = { ...key, userId };
  return async () => {
    sqlite.exec("UPDATE users SET failures = 0, locked_until = NULL WHERE id = 'usr_000000000005'");
    await core.verifyCode(deps, caller, { code: "00000000" });
  };
}

function lists() {
  const states = core.USER_STATES.map((state) => [state, { state }]);
  return {
    "of all apps": {},
    "of one app": { appId: "app_1" },
    "by a name's beginning": { query: "user-0000001" },
    "by a beginning that nobody has": { query: "zzz" },
    ...Object.fromEntries(states),
    "capped, of an app with none": { appId: "app_7", state: "capped" },
  };
}

function events() {
  return {
    "of all": {},
    "of one user": { userId: "usr_000000000005" },
    "by type, none": { type: "user.reset" },
    "by app": { appId: "app_3" },
    "by outcome, none": { outcome: "failure" },
  };
}

function print() {
  console.log("| what | transactions | CPU ms, median | longest | rows answered | rows changed |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const { name, transactions, median, max, answered, changed } of rows) {
    const cells = [name, transactions, median.toFixed(2), max.toFixed(2), answered, changed];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
