/**
 * Checks the archive of the audit trail: a chain of objects, each of which names the one before it by
 * its SHA-256. Everything is computed anew from the bytes. docs/audit.md says what the objects are.
 */

import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { Refusal } from "./refusal.mjs";

const NAME =
  /^audit\/([^/]+)\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\.(\d{3,})\.([0-9a-f]{16})\.ndjson\.gz$/;
const HOUR = 3_600_000_000;

export function isObjectName(name) {
  return NAME.test(name);
}

/**
 * Walks the chain from the newest object to the oldest. `source` has `names`, the oldest first,
 * `digests` by name if somebody else has kept them, and `read(name)`, which answers the bytes, null if
 * they are missing, or undefined if their time is over. Answers each object as `{ name, sha256, manifest }`.
 * Throws a Refusal that names the first object that is not what it was.
 */
export async function* walkChain(source) {
  let link = { name: source.names.at(-1) };
  while (link?.name !== undefined) {
    const { name } = link;
    const bytes = await source.read(name);
    if (bytes === undefined) return;
    if (bytes === null) throw broken(name, "is missing");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    for (const expected of [link.sha256, source.digests?.get(name)]) {
      if (expected !== undefined && expected !== sha256) {
        throw broken(name, `has the SHA-256 ${sha256}, and had ${expected}`);
      }
    }
    const object = { name, sha256, manifest: checkObject(name, sha256, bytes) };
    yield object;
    link = findPrevious(source, object);
  }
}

/** The object before this one. The oldest may name one whose time is over. */
function findPrevious({ names, digests }, { name, manifest: { previous } }) {
  const older = names[names.indexOf(name) - 1];
  if (older === undefined) return null;
  if (previous === null) throw broken(name, `says that it is the first, and there is ${older}`);
  if (digests && previous.name !== older) {
    throw broken(name, `comes after ${older}, and names ${previous.name}`);
  }
  if (!names.includes(previous.name)) throw broken(previous.name, "is missing");
  return previous;
}

/** Compares an object's name, manifest and events with each other. Answers the manifest. */
function checkObject(name, sha256, bytes) {
  const [, database, year, month, day, hour, part, digest] = NAME.exec(name) ?? [];
  const [manifest, ...events] = parse(name, bytes);
  const ids = events.map(({ id }) => id);
  const start = Date.parse(manifest.hour) * 1000;
  const faults = {
    "is named after other bytes": digest !== sha256.slice(0, 16),
    "has a manifest of another kind": manifest.version !== 1 || manifest.database !== database,
    "is not of the hour in its name":
      manifest.hour !== `${year}-${month}-${day}T${hour}:00:00.000Z` || manifest.part !== +part,
    "has another number of events than its manifest says": ids.length !== manifest.count,
    "begins or ends with another event than its manifest says":
      ids[0] !== manifest.first || ids.at(-1) !== manifest.last,
    "has events out of order": ids.some((id, at) => at > 0 && !(id > ids[at - 1])),
    "has events of another hour": ids.some((id) => !(id >= start && id < start + HOUR)),
  };
  const fault = Object.keys(faults).find((one) => faults[one]);
  if (fault) throw broken(name, fault);
  return manifest;
}

/** The manifest and the events. */
function parse(name, bytes) {
  try {
    const lines = gunzipSync(bytes).toString("utf8").trimEnd().split("\n");
    const [{ manifest }, ...events] = lines.map((line) => JSON.parse(line));
    if (typeof manifest === "object" && manifest !== null) return [manifest, ...events];
  } catch {
    // It is told below.
  }
  throw broken(name, "is not gzipped NDJSON with a manifest");
}

function broken(name, fault) {
  return new Refusal(`The chain is broken: ${name} ${fault}.`);
}
