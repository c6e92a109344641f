/**
 * Where there are several databases: which of them a request is about, and the fence that keeps it from
 * being answered by another.
 *
 * Every user is in a bucket, and the map says which database has it. Isolates remember the map, so it may be
 * out of date. Nothing depends on that: each transaction about a user, reading or writing, first asks the
 * database itself whether it has the bucket, and fails as a whole if it does not. Then the map is read again,
 * and the transaction runs once more, at the right place.
 *
 * With one database all of this is left out. The map is not read, no statement is added, and `deps` stays as
 * it is.
 */

import { recordingDatabase, type Recorded } from "../../db/recorded";
import { connect, type Database, type Deps } from "../../env";
import { Problem } from "../../problem";
import { bucketOf } from "./bucket";
import { findPlacement, forgetMap, type Placement } from "./map";

/** How long users of a bucket that is being moved are asked to wait, in seconds. */
const RETRY_SECONDS = 5;

/** What the error says where the fence has declined. */
const DECLINED = "stepgate declines";

/**
 * Fails, and its transaction with it, unless this database has the bucket at this epoch. SQLite knows no way
 * to fail in a SELECT, but a path that is none makes `json_extract` fail.
 */
const FENCE = `SELECT json_extract('[]', coalesce((
    SELECT iif(p.last >= ?1 AND p.shard = ?2 AND p.epoch = ?3 AND p.state = 'live', '$', NULL)
    FROM placements p WHERE p.first <= ?1 ORDER BY p.first DESC LIMIT 1), '${DECLINED}')) AS fence`;

/** Tables with rows of users. Only the database of a bucket knows what is in them. */
const OF_USERS =
  /\b(users|accounts|authenticators|backup_codes|challenges|challenge_results|sessions|trusted_devices|enrolment_links|password_guards|mail_codes|notices)\b/;
/** Tables that the control database alone keeps. */
const OF_CONTROL =
  /\b(operator_sessions|app_logos|bare_secrets|bare_secret_counts|keyring_keys|shards|unpublished|outbox)\b/;

/** The same dependencies, with the database that has this bucket. */
export function placed(deps: Deps, bucket: string): Deps {
  if (deps.shards.all.length === 1) return deps;
  const run = (statements: readonly Recorded[]) => runIn(deps, bucket, statements);
  return { ...deps, db: connect(recordingDatabase(run)) };
}

/**
 * The database of a request that has not said yet whom it is about: the control database. Where there are
 * several, it refuses what is about a user, so that no route can forget to say it.
 */
export function defaultDatabase({ control, all }: Deps["shards"]): Database {
  if (all.length === 1) return control;
  const d1 = control.$client;
  const run = (statements: readonly Recorded[]) => {
    for (const { sql } of statements) {
      if (OF_USERS.test(sql) && !sql.includes("INTO audit_events")) {
        throw new Error(`no bucket was chosen for: ${sql}`);
      }
    }
    return d1.batch(statements.map((one) => prepareOn(d1, one)));
  };
  return connect(recordingDatabase(run));
}

function prepareOn(d1: D1Database, { sql, values }: Recorded): D1PreparedStatement {
  return d1.prepare(sql).bind(...values);
}

async function runIn(
  { shards, now }: Deps,
  bucket: string,
  statements: readonly Recorded[],
): Promise<D1Result[]> {
  for (const one of statements) assertOfUser(one);
  for (let looks = 1; ; looks++) {
    const place = await findPlacement(shards, bucket, now);
    const d1 = databaseOf(shards, place);
    const fence = d1.prepare(FENCE).bind(bucket, place.shard, place.epoch);
    try {
      const own = statements.map((one) => prepareOn(d1, one));
      const [, ...results] = await d1.batch([fence, ...own]);
      return results;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes(DECLINED)) throw error;
      forgetMap(shards);
      if (looks === 2) throw unavailable(`bucket ${bucket} is not in database ${place.shard}`);
    }
  }
}

function databaseOf(shards: Deps["shards"], { shard, state }: Placement): D1Database {
  if (state === "moving") throw unavailable("the bucket is being moved");
  const db = shards.all[shard];
  if (!db) throw unavailable(`database ${shard} is not bound`);
  return db.$client;
}

function unavailable(cause: string): Problem {
  return new Problem("unavailable", { cause, retryAfter: RETRY_SECONDS });
}

/** A mistake of ours that the fence could not find. */
function assertOfUser({ sql }: Recorded): void {
  if (OF_CONTROL.test(sql)) throw new Error(`not of a user: ${sql}`);
}

/** How many keys an isolate remembers. */
const MAX_KEYS = 10_000;

type AppOfKey = Parameters<typeof bucketOf>[0];
const appsOfKeys = new WeakMap<Deps["shards"], Map<string, AppOfKey>>();

/**
 * The same dependencies, with the database of the user whom an app's back end asks about. The app of a key
 * and its region never change, so an isolate remembers them. Throws `unauthorized` for an unknown key.
 */
export async function placedForKey(deps: Deps, keyId: string, externalId: string): Promise<Deps> {
  if (deps.shards.all.length === 1) return deps;
  const known = appsOfKeys.get(deps.shards) ?? new Map<string, AppOfKey>();
  const app = known.get(keyId) ?? (await loadAppOf(deps, keyId));
  if (known.size >= MAX_KEYS) known.clear();
  appsOfKeys.set(deps.shards, known.set(keyId, app));
  return placed(deps, await bucketOf(app, externalId));
}

async function loadAppOf({ shards }: Deps, keyId: string): Promise<AppOfKey> {
  const sql = `SELECT a.id, a.region FROM api_keys k JOIN apps a ON a.id = k.app_id WHERE k.id = ?1`;
  const found = await shards.control.$client.prepare(sql).bind(keyId).first<AppOfKey>();
  if (!found) throw new Problem("unauthorized", { cause: "unknown key" });
  return found;
}
