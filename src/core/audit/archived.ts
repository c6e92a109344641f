/**
 * Reads the archived part of the trail. The rows of `archive_objects` say which objects can hold what
 * is searched for. Only those are read, and each is checked against its row.
 */

import { statement } from "../../db/statement";
import type { Archive, Deps } from "../../env";
import { Problem } from "../../problem";
import { endOf, lookAtEnd, type Listing } from "../listing";
import { unreadableArchive } from "../unreadable";
import { digestOf, HOUR, unpack } from "./archive-object";
import { hashesFor, MAY_HOLD } from "./facets";
import { openPersonal, type ArchivedEvent } from "./personal";
import {
  EVENTS_LOOKED_AT,
  toRecord,
  type AuditFilter,
  type AuditRecord,
  type Span,
} from "./record";

/** How many rows of objects one page looks at, and how many objects it reads at most. */
export const OBJECTS_LOOKED_AT = 1000;
export const OBJECTS_READ = 25;

interface ObjectRow {
  firstId: number;
  count: number;
  name: string;
  sha256: string;
}

/** The newest objects of a span. An object holds an hour at most, so none begins an hour before it. */
const WINDOW = `
  SELECT first_id AS n, * FROM archive_objects
  WHERE first_id < :to AND first_id > :from - ${HOUR} AND last_id >= :from
  ORDER BY first_id DESC LIMIT ${OBJECTS_LOOKED_AT}` as const;
const FIND = statement(`
  SELECT first_id AS firstId, count, name, sha256 FROM (${WINDOW}) WHERE ${MAY_HOLD}
  ORDER BY first_id DESC LIMIT ${OBJECTS_READ} + 1`);
const WINDOW_END = lookAtEnd(WINDOW);
const IS_THERE = statement(`SELECT 1 AS found FROM archive_objects WHERE first_id = :firstId`);

/** The archive that a list of events is read through. */
export interface Source {
  deps: Deps;
  archive: Archive;
}

/**
 * Lists archived events of a span, newest first. A page is short if it has looked at as much as it
 * may; the next one goes on from there. Throws `archive_unavailable`, or UnreadableData for an object
 * that is not what was archived.
 */
export async function listArchived(
  source: Source,
  request: { filter: AuditFilter; span: Span; limit: number },
): Promise<Listing<AuditRecord>> {
  const { limit } = request;
  const { objects, goOn } = await findObjects(source.deps, request);
  const texts = await Promise.all(objects.map((object) => readLines(source, object)));
  const found = selectEvents(texts, request);
  const page = found.slice(0, limit);
  const next = found.length > limit ? page.at(-1)?.id : goOn;
  const items = (await openPersonal(source.deps, page)).map(toRecord);
  return { items, nextCursor: next === null || next === undefined ? null : String(next) };
}

/** The next objects to read, and the id below which the next page goes on if they are not enough. */
async function findObjects(
  deps: Deps,
  { filter, span: { from, to } }: { filter: AuditFilter; span: Span },
): Promise<{ objects: ObjectRow[]; goOn: number | null }> {
  const [found, window] = await deps.db.$client.batch<never>([
    FIND(deps, { from, to, hashes: hashesFor(filter) }),
    WINDOW_END(deps, { from, to }),
  ]);
  const candidates: ObjectRow[] = found?.results ?? [];
  const objects = withinBounds(candidates);
  if (objects.length < candidates.length) return { objects, goOn: objects.at(-1)?.firstId ?? null };
  return { objects, goOn: endOf(window?.results ?? [], OBJECTS_LOOKED_AT) };
}

/** As many as have the events that a page may look at, but one at least. */
function withinBounds(objects: ObjectRow[]): ObjectRow[] {
  let events = 0;
  return objects
    .slice(0, OBJECTS_READ)
    .filter(({ count }, at) => (events += count) <= EVENTS_LOOKED_AT || at === 0);
}

async function readLines({ deps, archive }: Source, object: ObjectRow): Promise<string[]> {
  const { name, sha256, firstId } = object;
  const bytes = await readObject(archive, name);
  if (bytes === null) {
    // Its time was over, and it was deleted since its row was read.
    if ((await IS_THERE(deps, { firstId }).first()) === null) return [];
    throw unreadableArchive(name, "it is missing from the bucket");
  }
  if ((await digestOf(bytes)) === sha256) return unpack(bytes);
  throw unreadableArchive(name, "its bytes are not those that were archived");
}

/** Gives the bytes of an object, or null if there is none. Throws `archive_unavailable`. */
export async function readObject(archive: Archive, name: string): Promise<ArrayBuffer | null> {
  if (archive === null) throw new Problem("archive_unavailable", { cause: "ARCHIVE is not bound" });
  try {
    return (await (await archive.get(name))?.arrayBuffer()) ?? null;
  } catch (cause) {
    throw new Problem("archive_unavailable", { cause });
  }
}

/** Up to `limit + 1` events, newest first. Lines behind the last of them are not even parsed. */
function selectEvents(
  texts: string[][],
  { filter, span, limit }: { filter: AuditFilter; span: Span; limit: number },
): ArchivedEvent[] {
  const found: ArchivedEvent[] = [];
  for (const lines of texts) {
    for (const line of lines.toReversed()) {
      const event: ArchivedEvent = JSON.parse(line);
      if (matches(event, filter, span)) found.push(event);
      if (found.length > limit) return found;
    }
  }
  return found;
}

function matches(event: ArchivedEvent, filter: AuditFilter, { from, to }: Span): boolean {
  const { appId, userId, type, outcome } = filter;
  const isIn = event.id >= from && event.id < to;
  return (
    isIn &&
    (appId === undefined || event.appId === appId) &&
    (userId === undefined || event.userId === userId) &&
    (type === undefined || event.type === type) &&
    (outcome === undefined || event.outcome === outcome)
  );
}
