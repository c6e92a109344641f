/**
 * `npm run shards -- status | add DB1 | move 222-5zz DB1 | restore DB1 --begin | restore DB1 --finish` spreads
 * users over several databases, by the admin API. docs/deploy.md ("Many databases") is the guide. A move that
 * was stopped goes on with the same command. A move back to where the range comes from gives it up.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connect, expectStatus } from "./api-client.mjs";
import { readAdminToken, readUrl } from "./operator.mjs";
import { Refusal, run } from "./refusal.mjs";

const USAGE =
  "npm run shards -- status | add DB1 | move RANGE DB1 | restore DB1 --begin | restore DB1 --finish [--url URL]";

/** The buckets of apps without a region, and of each region (`src/core/shard/bucket.ts`). */
export const REGIONS = {
  none: ["222", "5zz"],
  wnam: ["622", "bzz"],
  enam: ["c22", "fzz"],
  weur: ["g22", "jzz"],
  eeur: ["k22", "nzz"],
  apac: ["o22", "rzz"],
  oc: ["s22", "vzz"],
  all: ["222", "zzz"],
};

/** How often a step that failed is tried again, and after how long. */
const TRIES = 5;
const PAUSE_MS = 2000;

const COMMANDS = { status, add, move, restore };

if (import.meta.main ?? process.argv[1]?.endsWith("shards.mjs")) {
  await run(async () => {
    const { values, positionals } = readArguments();
    const [name, ...rest] = positionals;
    const command = COMMANDS[name];
    if (!command) throw new Refusal(`Usage: ${USAGE}`);
    const url = readUrl(values.url);
    const token = readAdminToken(url);
    const call = connect(url);
    const admin = (method, path, json) => call(method, `/admin/shards${path}`, { token, json });
    await command(admin, rest, values);
  });
}

function readArguments() {
  const options = {
    url: { type: "string" },
    begin: { type: "boolean" },
    finish: { type: "boolean" },
  };
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Refusal(`Usage: ${USAGE}`, { cause: error });
  }
}

async function status(admin) {
  const { databases, placements, unpublished } = expectStatus(
    200,
    await admin("GET", ""),
    "status",
  );
  for (const { name, addedAt, restoring, buckets, users } of databases) {
    const isAdded = name === "DB" || addedAt;
    const state = restoring ? ", being restored" : isAdded ? "" : ", not added yet";
    console.log(`${name}: ${buckets} buckets, ${users ?? "?"} users${state}`);
  }
  for (const { first, last, shard, state, other } of placements) {
    const where =
      other === null
        ? ""
        : state === "moving"
          ? ` to ${nameOf(other)}`
          : `, still in ${nameOf(other)}`;
    console.log(`  ${first}-${last}  ${nameOf(shard)}  ${state}${where}`);
  }
  if (unpublished > 0) console.log(`${unpublished} apps are not in every database yet.`);
}

async function add(admin, [name]) {
  if (!name) throw new Refusal(`Usage: ${USAGE}`);
  if (name === "DB") throw new Refusal("DB is always there.");
  expectStatus(204, await admin("PUT", `/${known(name)}`), `add ${name}`);
  console.log(`${name} has all apps and keys. Users can be moved to it in ten minutes.`);
}

async function move(admin, [range, name]) {
  if (!range || !name) throw new Refusal(`Usage: ${USAGE}`);
  const [first, last] = readRange(range);
  let cursor = null;
  for (let failures = 0; ;) {
    const json = { first, last, ...(cursor !== null && { cursor }) };
    const answer = await admin("POST", `/${known(name)}/moves`, json);
    if (answer.status === 503 && failures < TRIES) {
      failures += 1;
      console.log(`  ${answer.body?.code ?? answer.status}: once more in ${PAUSE_MS / 1000} s`);
      await sleep(PAUSE_MS);
      continue;
    }
    const step = expectStatus(200, answer, `move ${range}`);
    failures = 0;
    if (step.state === "done") break;
    console.log(`  ${step.first}-${step.last}: ${told(step, name)}`);
    ({ cursor } = step);
  }
  console.log(`${range} is in ${name}.`);
}

function told({ state, rows }, name) {
  return state === "given_up" ? `given up, ${name} answers for it again` : `${state}, ${rows} rows`;
}

async function restore(admin, [name], { begin, finish }) {
  if (begin === finish) throw new Refusal(`Usage: ${USAGE}`);
  const phase = begin ? "begin" : "finish";
  const answer = await admin("POST", `/${known(name)}/restoration`, { phase });
  expectStatus(204, answer, `restore ${name}`);
  console.log(
    begin
      ? `${name} answers nothing. Wait for ten minutes, restore it with \`npx wrangler d1 time-travel restore\`, and then run this with --finish.`
      : `${name} answers again. \`npm run shards -- status\` shows what is "still in ${name}": run \`move\` for each of these ranges, to where it is.`,
  );
}

/** Reads `222-5zz`, one bucket, or the name of a region. */
export function readRange(text = "") {
  const [, first, last = first] = /^([a-z2-7]{3})(?:-([a-z2-7]{3}))?$/.exec(text) ?? [];
  const range = Object.hasOwn(REGIONS, text) ? REGIONS[text] : [first, last];
  if (!range[0] || range[0] > range[1]) {
    throw new Refusal(`A range is such as 222-2zz, or one of ${Object.keys(REGIONS).join(", ")}.`);
  }
  return range;
}

/** Checks the name of a database in wrangler.toml. */
export function known(name = "") {
  if (/^DB(|[1-9]\d{0,2})$/.test(name)) return name;
  throw new Refusal("A database is DB, DB1, DB2 and so on.");
}

function nameOf(number) {
  return number === 0 ? "DB" : `DB${number}`;
}
