/**
 * Copies of apps and keys. Where there are several databases, every one has all apps and keys, because each
 * transaction about a user checks them. They are changed in the control database, together with a row that
 * says so, and then copied. The row goes when every database has taken the copy. The clean-up tries again
 * what a database has not taken.
 *
 * Copies may overtake each other. So an app is replaced only by a newer revision of it, and a key that is
 * revoked stays revoked.
 */

import { statement } from "../../db/statement";
import type { Database, Deps } from "../../env";
import { Problem } from "../../problem";
import { ACCOUNTS_APP } from "../policy";

const NOTE = statement(`
  INSERT INTO unpublished (app_id, change) SELECT id, :change FROM apps WHERE id = :appId
  ON CONFLICT (app_id) DO UPDATE SET change = excluded.change`);
const FIND = statement(`SELECT change FROM unpublished WHERE app_id = :appId`);
const APP = statement(`SELECT * FROM apps WHERE id = :appId`);
const KEYS = statement(`SELECT * FROM api_keys WHERE app_id = :appId`);
const DONE = statement(`DELETE FROM unpublished WHERE app_id = :appId AND change = :change`);
const LEFT = statement(`SELECT app_id AS appId FROM unpublished LIMIT 50`);

const APPS_AT_ONCE = 100;
const NEXT = `FROM apps WHERE id > :after ORDER BY id LIMIT ${APPS_AT_ONCE}` as const;
const NEXT_APPS = statement(`SELECT * ${NEXT}`);
const NEXT_KEYS = statement(`SELECT * FROM api_keys WHERE app_id IN (SELECT id ${NEXT})`);

/** Queues the app for the clean-up of a database, which deletes its users there. */
export const ENQUEUE = statement(`
  INSERT INTO deleted_apps (app_id) SELECT id FROM apps WHERE id = :id AND deleted_at IS NOT NULL ON CONFLICT DO NOTHING`);
/**
 * Forgets all trusted devices unless the app allows them; all belong to the app `accounts`. A
 * device that was trusted before is thus not trusted again when trusted devices are allowed again.
 */
export const FORGET_DEVICES = statement(`
  DELETE FROM trusted_devices
  WHERE NOT (SELECT coalesce(settings ->> 'trustedDevices', 0) FROM apps WHERE id = :id)`);

type Stored = Record<string, string | number | null>;

/**
 * The statements that note, in the batch of a change, that the app has to be copied. Nothing is noted of an
 * app that is unknown.
 */
export function unpublished({ db, shards }: Deps, appId: string): D1PreparedStatement[] {
  if (shards.all.length === 1) return [];
  return [NOTE({ db }, { appId, change: crypto.randomUUID() })];
}

/**
 * Copies an app with its keys to every database. Throws `unavailable`, which names the databases that have
 * not taken it.
 */
export async function publish(deps: Deps, appId: string): Promise<void> {
  const { control, all } = deps.shards;
  if (all.length === 1) return;
  const results = await control.$client.batch<Stored>([
    FIND({ db: control }, { appId }),
    APP({ db: control }, { appId }),
    KEYS({ db: control }, { appId }),
  ]);
  const [[noted] = [], [app] = [], keys = []] = results.map((result) => result.results);
  if (!app) return;
  await toEach(all.map((db, at) => ({ at, copied: runAll(db, copiesOf(db, app, keys, at > 0)) })));
  const change = noted?.["change"];
  if (change !== undefined) await DONE({ db: control }, { appId, change }).run();
}

async function toEach(copies: { at: number; copied: Promise<unknown> }[]): Promise<void> {
  const done = await Promise.allSettled(copies.map(({ copied }) => copied));
  const failed = done.flatMap((one, at) => (one.status === "rejected" ? [{ at, one }] : []));
  const [first] = failed;
  if (!first) return;
  const names = failed.map(({ at }) => nameOf(at)).join(", ");
  throw new Problem("unavailable", {
    detail: `Changed, but not yet in every database: ${names}. It is tried again every five minutes.`,
    retryAfter: 60,
    cause: first.one.reason,
  });
}

/** What a database is called in wrangler.toml. */
export function nameOf(shard: number): string {
  return shard === 0 ? "DB" : `DB${shard}`;
}

/** The control database has them already, but may have devices to forget. */
function copiesOf(
  db: Database,
  app: Stored,
  keys: Stored[],
  isOther: boolean,
): D1PreparedStatement[] {
  const d1 = db.$client;
  const id = String(app["id"]);
  return [
    ...(isOther ? [copyApp(d1, app), ...keys.map((key) => copyKey(d1, key))] : []),
    ...(isOther && app["deleted_at"] !== null ? [ENQUEUE({ db }, { id })] : []),
    ...(id === ACCOUNTS_APP ? [FORGET_DEVICES({ db }, { id })] : []),
  ];
}

async function runAll({ $client: d1 }: Database, statements: D1PreparedStatement[]): Promise<void> {
  if (statements.length > 0) await d1.batch(statements);
}

function copyApp(d1: D1Database, app: Stored): D1PreparedStatement {
  const set = Object.keys(app).map((name) => `${name} = excluded.${name}`);
  return insert(d1, "apps", app, `SET ${set.join(", ")} WHERE excluded.revision >= apps.revision`);
}

function copyKey(d1: D1Database, key: Stored): D1PreparedStatement {
  const set = `SET revoked_at = coalesce(api_keys.revoked_at, excluded.revoked_at)`;
  return insert(d1, "api_keys", key, set);
}

function insert(d1: D1Database, table: string, row: Stored, update: string): D1PreparedStatement {
  const names = Object.keys(row);
  const places = names.map(() => "?").join(", ");
  const sql = `INSERT INTO ${table} (${names.join(", ")}) VALUES (${places}) ON CONFLICT (id) DO UPDATE ${update}`;
  return d1.prepare(sql).bind(...Object.values(row));
}

/** Tries again what was not copied everywhere. Answers how many apps still are not. */
export async function publishLeft(deps: Deps): Promise<number> {
  const { control, all } = deps.shards;
  if (all.length === 1) return 0;
  return publishEach(deps, await appsBy(LEFT({ db: control }, {})));
}

/**
 * Copies every app to one database, a hundred at a time. Throws `unavailable` if the database does not take
 * them.
 */
export async function publishTo({ shards }: Pick<Deps, "shards">, shard: number): Promise<void> {
  const [control, db] = [shards.control, shards.all[shard]];
  if (!db) throw new Problem("not_found", { detail: `${nameOf(shard)} is not bound.` });
  for (let after: string | null = ""; after !== null;) {
    const apps: Stored[] = await copyNext(control, { after, shard, db });
    after = apps.length < APPS_AT_ONCE ? null : String(apps.at(-1)?.["id"]);
  }
}

async function copyNext(
  control: Database,
  { after, shard, db }: { after: string; shard: number; db: Database },
): Promise<Stored[]> {
  const [apps, keys] = await control.$client.batch<Stored>([
    NEXT_APPS({ db: control }, { after }),
    NEXT_KEYS({ db: control }, { after }),
  ]);
  const copies = (apps?.results ?? []).flatMap((app) => {
    const own = (keys?.results ?? []).filter((key) => key["app_id"] === app["id"]);
    return copiesOf(db, app, own, shard > 0);
  });
  await toEach([{ at: shard, copied: runAll(db, copies) }]);
  return apps?.results ?? [];
}

async function appsBy(statementOf: D1PreparedStatement): Promise<string[]> {
  const { results } = await statementOf.all<{ appId: string }>();
  return results.map(({ appId }) => appId);
}

async function publishEach(deps: Deps, appIds: string[]): Promise<number> {
  let failed = 0;
  for (const appId of appIds) await publish(deps, appId).catch(() => (failed += 1));
  return failed;
}
