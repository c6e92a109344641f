/** The databases as the operator sees them: what is where, adding one, and restoring one to the past. */

import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { nameOf, publishTo } from "../app/publish";
import { recordWhere, type AuditType } from "../audit/event";
import { countBuckets } from "../shard/bucket";
import { readMap, type Placement } from "../shard/map";

export interface ShardStatus {
  /** What it is called in wrangler.toml. */
  name: string;
  /** Null for the first one, and for one that was not added yet. */
  addedAt: Date | null;
  buckets: number;
  /** Its restoration to the past has begun, and has not been finished. */
  restoring: boolean;
  /** A million at most are counted. Null if it does not answer. */
  users: number | null;
}

export interface ShardsStatus {
  databases: ShardStatus[];
  placements: Omit<Placement, "epoch">[];
  /** Apps of which not every database has the newest state. */
  unpublished: number;
}

/** How many users are counted at most. */
const MOST_USERS = 1_000_000;
const COUNT_USERS = `SELECT count(*) AS n FROM (SELECT 1 FROM users WHERE rowid > 0 LIMIT ${MOST_USERS})`;

interface Added {
  number: number;
  addedAt: number;
  restoringAt: number | null;
}

const ADDED = "SELECT number, added_at AS addedAt, restoring_at AS restoringAt FROM shards";

export async function loadShards({ shards, now }: Deps): Promise<ShardsStatus> {
  const map = await readMap(shards, now);
  const d1 = shards.control.$client;
  const added = await d1.prepare(ADDED).all<Added>();
  const waiting = await d1.prepare("SELECT count(*) AS n FROM unpublished").first<number>("n");
  const databases = shards.all.map(async (db, at) => {
    const own = map.filter(({ shard }) => shard === at);
    const row = at === 0 ? undefined : added.results.find(({ number }) => number === at);
    const count = db.$client.prepare(COUNT_USERS).first<number>("n");
    return {
      name: nameOf(at),
      addedAt: row ? new Date(row.addedAt) : null,
      restoring: row !== undefined && row.restoringAt !== null,
      buckets: own.reduce((sum, { first, last }) => sum + countBuckets(first, last), 0),
      users: await count.catch(() => null),
    };
  });
  return {
    databases: await Promise.all(databases),
    placements: map.map(({ epoch: _epoch, ...shown }) => shown),
    unpublished: waiting ?? 0,
  };
}

/** The number of a database by its name. Throws `not_found` for a text that is no such name. */
export function numberOf(name: string): number {
  const [, number] = /^DB(|[1-9]\d{0,2})$/.exec(name) ?? [];
  if (number === undefined) throw new Problem("not_found", { detail: "No such database." });
  return Number(number);
}

/**
 * Takes in a database that is bound and migrated. It gets all apps and keys, and no users yet. Throws
 * `not_found`, and `unavailable` if it does not take them.
 */
export async function addShard(deps: Deps, number: number): Promise<void> {
  const { shards, now } = deps;
  if (number === 0) return;
  const db = shards.all[number];
  if (!db) throw new Problem("not_found", { detail: `${nameOf(number)} is not bound.` });
  await assertIdsHaveBuckets(shards);
  await db.$client.prepare("DELETE FROM placements WHERE shard <> ?1").bind(number).run();
  await publishTo(deps, number);
  const add = "INSERT OR IGNORE INTO shards (number, added_at) VALUES (?1, ?2)";
  const d1 = shards.control.$client;
  await d1.batch([
    recordAdded(...about(deps, "database.added", number)),
    d1.prepare(add).bind(number, now.getTime()),
  ]);
}

const recordAdded = recordWhere("NOT EXISTS (SELECT 1 FROM shards WHERE number = :number)");

/** What the control database records of an act of the operator about a database. */
function about(deps: Deps, type: AuditType, number: number) {
  const event = { type, actor: "admin", appId: null, note: nameOf(number) };
  return [{ ...deps, db: deps.shards.control }, event, { number }] as const;
}

/** The migration that brought buckets noted whether there were users before them (migrations/0006). */
async function assertIdsHaveBuckets({ control }: Deps["shards"]): Promise<void> {
  const sql = "SELECT 1 AS old FROM shards WHERE number = 0";
  if ((await control.$client.prepare(sql).first("old")) === null) return;
  throw new Problem("conflict", {
    detail: "DB has users from before buckets. Begin with an empty database, and import them.",
  });
}

/**
 * Fences a database that is about to be restored to the past. The map names it at epochs that its past does
 * not know, so what comes back of its past answers nothing. Throws `not_found` for one that was not added.
 */
export async function fenceShard(deps: Deps, number: number): Promise<void> {
  const { shards, now } = deps;
  await loadAdded(shards, number);
  const d1 = shards.control.$client;
  const begin = "UPDATE shards SET restoring_at = coalesce(restoring_at, ?2) WHERE number = ?1";
  await d1.batch([
    recordBegun(...about(deps, "database.restoring", number)),
    d1.prepare(begin).bind(number, now.getTime()),
    raiseEpochs(shards, number),
  ]);
  await shards.all[number]?.$client.prepare("DELETE FROM placements").run();
}

const BEGUN = "EXISTS (SELECT 1 FROM shards WHERE number = :number AND restoring_at IS NOT NULL)";
const recordBegun = recordWhere(`NOT ${BEGUN}`);
const recordFinished = recordWhere(BEGUN);

async function loadAdded({ control, all }: Deps["shards"], number: number): Promise<Added> {
  const added = await control.$client
    .prepare(`${ADDED} WHERE number = ?1`)
    .bind(number)
    .first<Added>();
  if (number > 0 && all[number] && added) return added;
  const detail =
    number === 0
      ? "DB cannot be restored by itself: it has the map of all."
      : `${nameOf(number)} ${all[number] ? "was not added" : "is not bound"}.`;
  throw new Problem("not_found", { detail });
}

/** Throws `conflict` if one of these databases is about to be restored to the past. */
export async function assertNotRestoring(
  { control }: Deps["shards"],
  numbers: readonly number[],
): Promise<void> {
  const sql = `${ADDED} WHERE restoring_at IS NOT NULL`;
  const { results } = await control.$client.prepare(sql).all<Added>();
  const found = results.find(({ number }) => numbers.includes(number));
  if (!found) return;
  const detail = `${nameOf(found.number)} is being restored. Finish that first.`;
  throw new Problem("conflict", { detail });
}

function raiseEpochs({ control }: Deps["shards"], number: number): D1PreparedStatement {
  // A range that is on its way has its next epoch already where it goes.
  const sql = "UPDATE placements SET epoch = epoch + 1 WHERE shard = ?1 AND state = 'live'";
  return control.$client.prepare(sql).bind(number);
}

/**
 * Uses a database again that was restored to the past. It answers for what the map says, and for nothing
 * that was moved away since. It gets the present apps and keys first, so that no revoked key is good. What
 * it has of others is deleted by the next move. Throws what `fenceShard` throws, `unavailable`, and `conflict`
 * if no restoration has begun.
 */
export async function reopenShard(deps: Deps, number: number): Promise<void> {
  const { shards, now } = deps;
  if ((await loadAdded(shards, number)).restoringAt === null) throw notRestoring(number);
  await fenceShard(deps, number);
  await publishTo(deps, number);
  const { control } = shards;
  const mark = `UPDATE placements SET other = ?1 WHERE shard <> ?1 AND state = 'live' AND other IS NULL`;
  await control.$client.prepare(mark).bind(number).run();
  const map = await readMap(shards, now);
  const d1 = shards.all[number]?.$client ?? control.$client;
  const insert = d1.prepare(
    "INSERT INTO placements (first, last, shard, epoch, state, other) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
  );
  const own = map.filter(({ shard }) => shard === number);
  await d1.batch([
    d1.prepare("DELETE FROM placements"),
    ...own.map(({ first, last, shard, epoch, state, other }) =>
      insert.bind(first, last, shard, epoch, state, state === "moving" ? other : null),
    ),
  ]);
  const end = control.$client.prepare("UPDATE shards SET restoring_at = NULL WHERE number = ?1");
  await control.$client.batch([
    recordFinished(...about(deps, "database.restored", number)),
    end.bind(number),
  ]);
}

function notRestoring(number: number): Problem {
  const detail = `${nameOf(number)} is not being restored: nothing was changed. Begin first.`;
  return new Problem("conflict", { detail });
}
