/**
 * `npm run audit -- verify` checks the archive of the audit trail, of a service or in a folder. It
 * prints a line a day, and ends with 1 at the first object that is not what it was. docs/audit.md says
 * what it trusts.
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { parseArgs } from "node:util";
import { isObjectName, walkChain } from "./audit-chain.mjs";
import { readAdminToken, readUrl } from "./operator.mjs";
import { Refusal, run } from "./refusal.mjs";

const USAGE = "npm run audit -- verify [--url URL | --folder FOLDER] [--head SHA-256]";
const PATIENCE_MS = 60_000;
/** How many objects are fetched at once. */
const AHEAD = 8;
const NUMBERS = new Intl.NumberFormat("en");

await run(async () => {
  const { url, folder, head } = readArguments();
  const source = folder ? openFolder(folder) : await openService(readUrl(url));
  const seen = await verify(source);
  if (head && !seen.some(({ sha256 }) => sha256 === head)) {
    throw new Refusal(`The chain is broken: no object of it has the SHA-256 ${head}.`);
  }
  if (seen.length === 0) return console.log("There is nothing in the archive.");
  tell(seen, source);
});

function readArguments() {
  const text = { type: "string" };
  const { values, positionals } = parseKnown({ url: text, folder: text, head: text });
  const isKnown = positionals.join() === "verify" && !(values.url && values.folder);
  if (!isKnown) throw new Refusal(`Usage: ${USAGE}`);
  const head = values.head?.toLowerCase();
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head)) {
    throw new Refusal("--head is a SHA-256: 64 hexadecimal digits.");
  }
  return { ...values, head };
}

function parseKnown(options) {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Refusal(`Usage: ${USAGE}`, { cause: error });
  }
}

/** A copy of the bucket. */
function openFolder(folder) {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Refusal(`There is no folder ${folder}.`);
  }
  const files = readdirSync(folder, { recursive: true }).map((name) => name.split(sep).join("/"));
  const names = files.filter(isObjectName).toSorted((one, other) => (one < other ? -1 : 1));
  if (names.length === 0) {
    throw new Refusal(`${folder} has no objects named audit/db/…: it is not a copy of the bucket.`);
  }
  return { names, read: async (name) => readFileSync(join(folder, name)) };
}

/** What the service knows of the archive, and the bytes that it hands out. */
async function openService(url) {
  const get = connect(url, readAdminToken(url));
  const objects = await listObjects(get);
  const ids = new Map(objects.map(({ name, id }) => [name, id]));
  const names = [...ids.keys()];
  const fetched = new Map();
  const read = (name) => {
    const at = names.indexOf(name);
    for (const next of names.slice(Math.max(0, at - AHEAD), at + 1)) {
      if (!fetched.has(next)) fetched.set(next, startDownload(get, ids.get(next)));
    }
    const bytes = fetched.get(name);
    fetched.set(name, null);
    return bytes;
  };
  return { names, digests: new Map(objects.map(({ name, sha256 }) => [name, sha256])), read };
}

function connect(url, token) {
  return (path) =>
    fetch(new URL(path, url), {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch((error) => {
      throw new Refusal(`No answer from ${url.origin}.`, { cause: error });
    });
}

/** All of them, the oldest first. */
async function listObjects(get) {
  const objects = [];
  let cursor = "";
  do {
    const response = await get(`/admin/audit/archive?limit=100${cursor}`);
    if (!response.ok) throw await refusalOf(response);
    const { items, nextCursor } = await response.json();
    objects.push(...items);
    cursor = nextCursor && `&cursor=${nextCursor}`;
  } while (cursor);
  return objects.toReversed();
}

/** One that fails before anybody waits for it must not end the process. */
function startDownload(get, id) {
  const bytes = download(get, id);
  bytes.catch(() => {});
  return bytes;
}

/** Undefined if its time is over since it was listed, and null if the bucket does not have it. */
async function download(get, id) {
  const response = await get(`/admin/audit/archive/${id}`);
  if (response.ok) return Buffer.from(await response.arrayBuffer());
  const refusal = await refusalOf(response);
  if (response.status === 404) return undefined;
  if (refusal.cause === "unreadable_data") return null;
  throw refusal;
}

async function refusalOf(response) {
  const { code, title = "" } = await response.json().catch(() => ({}));
  return new Refusal(`The service answered ${response.status} ${code ?? ""}. ${title}`, {
    cause: code,
  });
}

/** Prints each day once all of it is checked. Answers the objects, newest first, without their bytes. */
async function verify(source) {
  const seen = [];
  let day = null;
  for await (const { name, sha256, manifest } of walkChain(source)) {
    const { hour, count, previous } = manifest;
    if (day?.date !== hour.slice(0, 10)) {
      tellDay(day);
      day = { date: hour.slice(0, 10), objects: 0, events: 0 };
    }
    day.objects += 1;
    day.events += count;
    seen.push({ name, sha256, count, previous });
  }
  tellDay(day);
  return seen;
}

function tellDay(day) {
  if (day)
    console.log(`${day.date}  ${amount(day.objects, "object")}, ${amount(day.events, "event")}`);
}

function tell(seen, { names, digests }) {
  const [newest] = seen;
  const oldest = seen.at(-1);
  const events = seen.reduce((sum, { count }) => sum + count, 0);
  // What a service lists and no longer has is over since.
  const beside = digests ? 0 : names.length - seen.length;
  const before = oldest.previous
    ? `What came before it is not there: ${oldest.previous.name}.`
    : "It is the first of all.";
  console.log(`
The chain is whole: ${amount(seen.length, "object")}, ${amount(events, "event")}.
It begins with ${oldest.name}. ${before}
It ends with ${newest.name},
whose SHA-256 is ${newest.sha256}.
Keep that elsewhere. With --head it proves later that nothing up to here was written anew.`);
  if (beside > 0)
    console.log(`${amount(beside, "object")} beside the chain: of runs that broke off.`);
}

function amount(count, noun) {
  return `${NUMBERS.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}
