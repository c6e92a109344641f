/**
 * The events of an app in the order in which they were committed, from a position on. The audit trail itself
 * is the outbox: ids only grow within a database, so a position in each of them is all there is to keep.
 */

import { statement } from "../../db/statement";
import type { Database, Deps } from "../../env";
import { EVENT_COLUMNS } from "../audit/record";
import { bucketOfId } from "../shard/bucket";
import { placed } from "../shard/placement";
import { EVENT_TYPES, type ToldEvent } from "./message";

/** An event, and the number of the database that has it. */
export interface Found {
  event: ToldEvent;
  shard: number;
}

export interface FeedRequest {
  appId: string;
  /** Null: all that an app is told of. */
  types: readonly string[] | null;
  position: string;
  limit: number;
}

/** How many events one look at a database passes at most. */
const LOOKED_AT = 1000;
const TOLD =
  `${EVENT_COLUMNS}, (SELECT external_id FROM users WHERE id = user_id) AS externalId` as const;
const NEXT = `SELECT * FROM audit_events WHERE id > :after ORDER BY id LIMIT ${LOOKED_AT}` as const;
const READ = statement(`
  SELECT ${TOLD} FROM (${NEXT})
  WHERE app_id = :appId AND type IN (SELECT value FROM json_each(:types)) ORDER BY id LIMIT :limit`);
const LOOKED = statement(`SELECT max(id) AS last, count(*) AS count FROM (${NEXT})`);
interface Looked {
  last: number | null;
  count: number;
}

/** A position that is so many events behind is worth writing down, although nothing was found. */
const FAR = 500;
const BY_IDS = statement(`
  SELECT ${TOLD} FROM audit_events WHERE id IN (SELECT value FROM json_each(:ids)) AND app_id = :appId`);
const NEWEST = `SELECT coalesce(max(id), 0) AS id FROM audit_events`;
const NAMES = statement(`
  SELECT id, external_id AS externalId FROM users WHERE id IN (SELECT value FROM json_each(:ids))`);

/** The position behind all that has happened. */
export async function newestPosition({ shards }: Pick<Deps, "shards">): Promise<string> {
  const ids = shards.all.map((db) => db.$client.prepare(NEWEST).first<number>("id"));
  return (await Promise.all(ids)).map((id) => id ?? 0).join(".");
}

/** The position before everything that has happened since. */
export function positionAt({ shards }: Pick<Deps, "shards">, since: Date): string {
  return shards.all.map(() => since.getTime() * 1000 - 1).join(".");
}

/** A part of the feed. */
export interface Part {
  found: Found[];
  /** Behind what was looked at. */
  position: string;
  /** It is so far behind the one before that the next look is spared much, or can go on. */
  isFar: boolean;
}

/** Reads up to `limit` events behind the position. Of each database it looks at so many at most. */
export async function readFeed(
  deps: Deps,
  { position, limit, ...wanted }: FeedRequest,
): Promise<Part> {
  const found: Found[] = [];
  const next: number[] = [];
  let isFar = false;
  for (const [shard, db] of deps.shards.all.entries()) {
    const after = numberAt(position, shard);
    const room = limit - found.length;
    const read = room > 0 ? await readNext(db, { ...wanted, after, limit: room }) : null;
    found.push(...(read?.events ?? []).map((event) => ({ event, shard })));
    next.push(read?.last ?? after);
    isFar ||= (read?.count ?? 0) >= FAR;
  }
  return { found: await withNames(deps, found), position: next.join("."), isFar };
}

/** A database that was added since is read from its start: it had no events before. */
function numberAt(position: string, shard: number): number {
  return Number(position.split(".")[shard] ?? 0);
}

async function readNext(
  db: Database,
  { appId, types, after, limit }: Omit<FeedRequest, "position"> & { after: number },
) {
  const values = { appId, types: JSON.stringify(types ?? EVENT_TYPES), after, limit };
  const [read, looked] = await db.$client.batch<never>([
    READ({ db }, values),
    LOOKED({ db }, values),
  ]);
  const events: ToldEvent[] = read?.results ?? [];
  const [end = { last: null, count: 0 }]: Looked[] = looked?.results ?? [];
  const last = events.length === limit ? events.at(-1)?.id : end.last;
  return { events, last: last ?? after, count: end.count };
}

/** Reads events again. Those that are not in the databases any more are left out. */
export async function readEvents(
  deps: Deps,
  appId: string,
  wanted: readonly { eventId: number; shard: number }[],
): Promise<Found[]> {
  const found = await Promise.all(
    deps.shards.all.map(async (db, shard) => {
      const ids = wanted.filter((one) => one.shard === shard).map(({ eventId }) => eventId);
      if (ids.length === 0) return [];
      const read = BY_IDS({ db }, { appId, ids: JSON.stringify(ids) });
      return (await read.all<ToldEvent>()).results.map((event) => ({ event, shard }));
    }),
  );
  return withNames(deps, found.flat());
}

/** Events stay where they were written, so that a user who was moved since is asked for elsewhere. */
async function withNames(deps: Deps, found: Found[]): Promise<Found[]> {
  if (deps.shards.all.length === 1) return found;
  const missing = found.flatMap(({ event: { userId, externalId } }) =>
    userId !== null && externalId === null ? [userId] : [],
  );
  const names = new Map<string, string>();
  const byBucket = Map.groupBy(new Set(missing), bucketOfId);
  for (const [bucket, ids] of byBucket) {
    const own = NAMES(placed(deps, bucket), { ids: JSON.stringify(ids) });
    const { results } = await own.all<{ id: string; externalId: string }>();
    for (const { id, externalId } of results) names.set(id, externalId);
  }
  return found.map(({ event, shard }) => ({
    event: { ...event, externalId: event.externalId ?? names.get(event.userId ?? "") ?? null },
    shard,
  }));
}
