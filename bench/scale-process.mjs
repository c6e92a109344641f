/** Arguments: the bundle, the checkout, the database file to make, how many users. Prints one size's figures as JSON. */

import { pathToFileURL } from "node:url";
import { codeNow } from "./phone.mjs";
import { quantile } from "./quantile.mjs";
import { addKey, depsOn, giveSecret } from "./storage-deps.mjs";
import { APPS, fill, migrate } from "./storage-seed.mjs";
import { openDatabase } from "./sqlite-d1.mjs";

const [script, root, file, count] = process.argv.slice(2);
const users = Number(count);
const core = await import(pathToFileURL(script).href);
const APP = { number: 5, id: "app_5" };
/** Of the app's users, from one end to the other. */
const ASKED = 400;
const WARM_UP = 40;
const SECRET = "00".repeat(20);

const { sqlite, d1, asked } = openDatabase(file, { keepStatements: true });
migrate(sqlite, root);
fill(sqlite, { users, now: Date.now(), settings: JSON.stringify(core.DEFAULT_SETTINGS) });

const keyring = await core.parseKeyring(`bench:${"B".repeat(42)}A`);
const key = await addKey(core, sqlite, { appId: APP.id, scope: "verify", now: Date.now() });
const names = await people();
const direct = await verifyAll();
const answers = await answerAll();
console.log(JSON.stringify({ users, ...direct, ...answers }));

/** Users of the app, whose secrets open; there are fewer than asked for in a small database. */
async function people() {
  const all = Math.floor(users / APPS);
  const step = Math.max(1, all / ASKED);
  const numbers = Array.from({ length: Math.min(all, ASKED) }, (_, at) => Math.floor(at * step));
  const secret = Buffer.from(SECRET, "hex");
  const found = [];
  for (const at of numbers) {
    const number = APP.number + at * APPS;
    if (isHeld(number)) continue;
    found.push(await giveSecret(core, sqlite, { keyring, number, appId: APP.id, secret }));
  }
  return found;
}

/** As storage-seed.mjs holds them. */
function isHeld(number) {
  return number % 4000 < 4;
}

/** A direct verification each: a read, then a commit. */
async function verifyAll() {
  const times = { read: [], commit: [] };
  for (const userId of names) {
    const before = asked.length;
    const { valid } = await core.verifyCode(deps(), { ...key, userId }, { code: codeNow(SECRET) });
    if (!valid) throw new Error(`${userId} was refused.`);
    const [read, commit, ...others] = asked.slice(before);
    if (others.length > 0) throw new Error("A verification takes two transactions.");
    times.read.push(read.milliseconds);
    times.commit.push(commit.milliseconds);
  }
  return { read: summary(times.read), commit: summary(times.commit) };
}

/** An answer to a challenge each, with the next code: one commit. What is left in KV is there in time. */
async function answerAll() {
  const times = [];
  for (const userId of names) {
    const input = { ttlSeconds: 300 };
    const left = [];
    const made = deps((work) => left.push(work));
    const caller = { ...key, userId };
    const { token } = await core.createChallenge(made, caller, { input, request: null });
    await Promise.all(left);
    const before = asked.length;
    const outside = { ...deps(), kv: made.kv };
    const claims = await core.openChallenge(outside, "server", token);
    await core.answerChallenge(outside, claims, { code: codeNow(SECRET, 1), origin: null });
    const [commit, ...others] = asked.slice(before);
    if (others.length > 0) throw new Error("An answer takes one transaction.");
    times.push(commit.milliseconds);
  }
  return { answer: summary(times) };
}

function deps(defer) {
  return depsOn(d1, { keyring, now: new Date(), ...(defer && { defer }) });
}

/** Without the first ones, which the statements are compiled for. */
function summary(milliseconds) {
  const some = milliseconds.slice(Math.min(WARM_UP, milliseconds.length / 4));
  const sorted = some.toSorted((a, b) => a - b);
  const at = (part) => Number(quantile(sorted, part).toFixed(3));
  return { median: at(0.5), p95: at(0.95) };
}
