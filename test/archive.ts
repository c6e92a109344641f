/** The archive of the audit trail, looked at past the service: events that are due, and what becomes of them. */

import { createExecutionContext, createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { digestOf, HOUR, unpack, type Manifest } from "../src/core/audit/archive-object";
import { archiveEvents } from "../src/core/upkeep/archive";
import { expireArchive } from "../src/core/upkeep/archive-retention";
import type { Bindings } from "../src/env";
import worker from "../src/index";
import { withoutOthers } from "./databases";
import { depsOf } from "./deps";
import { insertInto } from "./storage";

export const DAY = 24 * HOUR;

export interface StoredEvent {
  id: number;
  type: string;
  [column: string]: unknown;
}

/** Adds events with these ids, each with what is given. */
export async function addEvents(ids: number[], given: (id: number) => object = () => ({})) {
  const rows = ids.map((id) => ({
    id,
    type: "code.verified",
    outcome: "success",
    actor: "system",
  }));
  const inserts = rows.map((row) =>
    insertInto(env.DB, "audit_events", { ...row, ...given(row.id) }),
  );
  if (inserts.length > 0) await env.DB.batch(inserts);
}

/** So many events a microsecond apart, from this id on. */
export async function flood(first: number, count: number): Promise<void> {
  const insert = `INSERT INTO audit_events (id, type, outcome, actor)
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
    SELECT ?1 + i, 'code.verified', 'success', 'system' FROM n`;
  await env.DB.prepare(insert).bind(first, count).run();
}

/** Time for one object in a run. */
export function onceOnly(): () => boolean {
  let looks = 0;
  return () => ++looks <= 1;
}

/** The id of an event so many days ago, and so many microseconds later. */
export function idOf(daysAgo: number, later = 0): number {
  return Date.now() * 1000 - daysAgo * DAY + later;
}

/** Where the tests have several databases, this is a run from before there were. */
export async function runCron(bindings: Bindings = env): Promise<void> {
  const alone = withoutOthers(bindings);
  await worker.scheduled(createScheduledController(), alone, createExecutionContext());
}

/** The part of a run that is about the archive. */
export async function keepArchive(bindings: Bindings = env): Promise<void> {
  const { deps } = await depsOf(bindings);
  await archiveEvents(deps, bindings.ARCHIVE ?? env.ARCHIVE);
  await expireArchive(deps, bindings.ARCHIVE ?? env.ARCHIVE);
}

/** The events in the database, the oldest first. */
export async function hotEvents(): Promise<StoredEvent[]> {
  return (await env.DB.prepare("SELECT * FROM audit_events ORDER BY id").all<StoredEvent>())
    .results;
}

export interface StoredObject {
  name: string;
  first_id: number;
  last_id: number;
  count: number;
  sha256: string;
  bytes: number;
}

/** The objects that the database knows of, the oldest first. */
export async function objectRows(): Promise<StoredObject[]> {
  const all = env.DB.prepare(
    "SELECT first_id, last_id, count, name, sha256, bytes FROM archive_objects ORDER BY first_id",
  );
  return (await all.all<StoredObject>()).results;
}

export async function objectNames(): Promise<string[]> {
  return (await env.ARCHIVE.list()).objects.map(({ key }) => key);
}

export async function bytesOf(name: string): Promise<ArrayBuffer> {
  const object = await env.ARCHIVE.get(name);
  if (!object) throw new Error(`no object ${name}`);
  return object.arrayBuffer();
}

/** The events of an object, and of all that the database knows of. */
export async function eventsIn(name: string): Promise<StoredEvent[]> {
  return (await unpack(await bytesOf(name))).map((line) => JSON.parse(line));
}

export async function archivedEvents(): Promise<StoredEvent[]> {
  const events = (await objectRows()).map(({ name }) => eventsIn(name));
  return (await Promise.all(events)).flat();
}

/**
 * What is wrong with the archive as the database knows it: bytes, manifests, order, and the chain.
 */
export async function faultsOfChain(): Promise<string[]> {
  const faults: string[] = [];
  let previous: { name: string; sha256: string } | undefined;
  let last = 0;
  for (const row of await objectRows()) {
    const { name, sha256 } = row;
    const bytes = await bytesOf(name);
    const manifest = await manifestIn(bytes);
    const ids = (await eventsIn(name)).map(({ id }) => id);
    const holds = {
      bytes: (await digestOf(bytes)) === sha256 && bytes.byteLength === row.bytes,
      name: name.includes(`.${sha256.slice(0, 16)}.`),
      count: ids.length === row.count && ids.length === manifest.count,
      ends:
        [row.first_id, row.last_id, manifest.first, manifest.last].join() ===
        [ids[0], ids.at(-1), ids[0], ids.at(-1)].join(),
      order: ids.every((id, at) => id > (ids[at - 1] ?? last)),
      chain:
        previous === undefined || JSON.stringify(manifest.previous) === JSON.stringify(previous),
    };
    faults.push(...Object.entries(holds).flatMap(([what, ok]) => (ok ? [] : `${name}: ${what}`)));
    previous = { name, sha256 };
    last = ids.at(-1) ?? last;
  }
  return faults;
}

export async function manifestIn(bytes: ArrayBuffer): Promise<Manifest> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const [line = ""] = (await new Response(stream).text()).split("\n");
  const { manifest }: { manifest: Manifest } = JSON.parse(line);
  return manifest;
}
