/**
 * Moves old events from the database to the archive, an object at a time: it is written, read back,
 * and only then one batch puts its row into `archive_objects` and takes its events away. What a run
 * leaves behind when it breaks off is an object that no row names. The next run makes the same one.
 *
 * No event can come to an hour that is archived. An id is higher than that of the newest event
 * (`NEXT_AUDIT_ID`), and an hour is archived only once there is an event behind it, which stays.
 */

import {
  digestOf,
  HOUR,
  manifestOf,
  MAX_EVENTS,
  pack,
  unpack,
  type Link,
  type Packed,
} from "../audit/archive-object";
import { facetsOf } from "../audit/facets";
import { EVENT_COLUMNS, type EventRow } from "../audit/record";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { DAY } from "../policy";
import { sealEvents, type Owner } from "./archive-seal";

/** How many objects one run makes at most. With five minutes between runs, that is 667 events a second. */
export const MAX_OBJECTS = 40;

const OLDEST = `(SELECT min(id) FROM audit_events)`;
const HOUR_BEGIN = `${OLDEST} / ${HOUR} * ${HOUR}`;
const HOUR_END = `(${OLDEST} / ${HOUR} + 1) * ${HOUR}`;

/** Where the oldest hour ends if it is due. If not, nothing is looked at: an hour may have many events. */
const DUE_BEFORE = `iif(
    ${HOUR_END} <= (SELECT max(id) FROM audit_events)
      AND ${HOUR_END} <= (:now - :hot) * 1000 AND ${HOUR_END} > (:now - :retention) * 1000,
    ${HOUR_END}, 0)` as const;
/** The next events to be archived: the oldest ones, of one hour that is due. */
const DUE =
  `SELECT * FROM audit_events WHERE id < ${DUE_BEFORE} ORDER BY id LIMIT ${MAX_EVENTS}` as const;
const LOAD_DUE = statement(`SELECT ${EVENT_COLUMNS} FROM (${DUE}) ORDER BY id`);
const LOAD_OWNERS = statement(`
  SELECT u.id, u.erasure_key AS erasureKey FROM users u
  WHERE u.id IN (SELECT user_id FROM (${DUE}) WHERE coalesce(ip, user_agent, note) IS NOT NULL)`);
const NEWEST = `FROM archive_objects WHERE first_id > 0 ORDER BY first_id DESC LIMIT 1`;
const LOAD_PREVIOUS = statement(`
  SELECT name, sha256, (SELECT count(*) FROM archive_objects WHERE first_id >= ${HOUR_BEGIN}) AS part ${NEWEST}`);

/** Decides. The events are those that were read, and no other object came in between. */
const ADD_OBJECT = statement(`
  INSERT INTO archive_objects (first_id, last_id, count, name, sha256, bytes, facets)
  SELECT :first, :last, :count, :name, :sha256, :bytes, :facets
  WHERE (SELECT count(*) FROM audit_events WHERE id >= :first AND id <= :last) = :count
    AND NOT EXISTS (SELECT 1 FROM audit_events WHERE id < :first)
    AND :previous IS (SELECT sha256 ${NEWEST})`);
const TAKE_EVENTS = statement(`
  DELETE FROM audit_events WHERE id >= :first AND id <= :last AND EXISTS (
    SELECT 1 FROM archive_objects WHERE first_id = :first AND last_id = :last AND sha256 = :sha256)`);

interface Due {
  events: [EventRow, ...EventRow[]];
  owners: Owner[];
  part: number;
  previous: Link | null;
}

/**
 * Archives what is due while there is time. Answers how many events were moved. Throws what the
 * bucket or D1 throws, and an Error if the bucket has not kept what was written. Nothing is lost
 * then, and the next run goes on.
 */
export async function archiveEvents(
  deps: Deps,
  bucket: R2Bucket,
  hasTime: () => boolean = () => true,
): Promise<number> {
  // Of several databases nothing is archived (docs/decisions/0017-many-databases.md).
  if (deps.shards.all.length > 1) return 0;
  let moved = 0;
  for (let objects = 0; objects < MAX_OBJECTS && hasTime(); objects++) {
    const due = await loadDue(deps);
    if (due === null) break;
    const packed = await store(bucket, due, await sealEvents(deps, due));
    if (!(await move(deps, due, packed))) break;
    moved += due.events.length;
  }
  return moved;
}

/** Reads the events with those of their users who were there at the same time. */
async function loadDue(deps: Deps): Promise<Due | null> {
  const { auditHotDays, auditRetentionDays } = deps.settings;
  const now = deps.now.getTime();
  const span = { now, hot: auditHotDays * DAY, retention: auditRetentionDays * DAY };
  const [due, owned, last] = await deps.db.$client.batch<never>([
    LOAD_DUE(deps, span),
    LOAD_OWNERS(deps, span),
    LOAD_PREVIOUS(deps, {}),
  ]);
  const [first, ...others]: EventRow[] = due?.results ?? [];
  if (first === undefined) return null;
  const newest: (Link & { part: number })[] = last?.results ?? [];
  const previous = newest[0] ? { name: newest[0].name, sha256: newest[0].sha256 } : null;
  const part = newest[0]?.part ?? 0;
  return { events: [first, ...others], owners: owned?.results ?? [], part, previous };
}

function endsOf({ events }: Due): { first: number; last: number; count: number } {
  const [{ id: first }] = events;
  return { first, last: events.at(-1)?.id ?? first, count: events.length };
}

/**
 * Writes the object, unless a run that broke off has done so, and reads it back. Throws an Error if it
 * is not what was written.
 */
async function store(bucket: R2Bucket, due: Due, lines: string[]): Promise<Packed> {
  const packed = await pack(manifestOf(endsOf(due), due), lines);
  const { name, sha256, bytes } = packed;
  if (await isKept(bucket, packed, lines)) return packed;
  await bucket.put(name, bytes, { sha256, httpMetadata: { contentType: "application/gzip" } });
  if (await isKept(bucket, packed, lines)) return packed;
  throw new Error(`The bucket has not kept ${name} as it was written.`);
}

async function isKept(bucket: R2Bucket, { name, sha256 }: Packed, lines: string[]) {
  const kept = await (await bucket.get(name))?.arrayBuffer();
  if (kept === undefined || (await digestOf(kept)) !== sha256) return false;
  return (await unpack(kept)).join("\n") === lines.join("\n");
}

/** Moves the events in one transaction. False if something has changed since they were read. */
async function move(deps: Deps, due: Due, { name, sha256, bytes }: Packed): Promise<boolean> {
  const values = { ...endsOf(due), name, sha256, bytes: bytes.byteLength };
  const facets = facetsOf(due.events).buffer;
  const [added] = await deps.db.$client.batch([
    ADD_OBJECT(deps, { ...values, facets, previous: due.previous?.sha256 ?? null }),
    TAKE_EVENTS(deps, values),
  ]);
  return added?.meta.changes === 1;
}
