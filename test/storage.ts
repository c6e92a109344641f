/** The storage that tests share: empty and migrated before each of them, whatever the one before left. */

import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { DATABASES, spreadOver } from "./databases";

/** What the migrations leave, and the statements that bring a database with these tables back to it. */
interface Start {
  schema: string;
  tables: string[];
  statements: D1PreparedStatement[];
}

const SCHEMA = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";

/** Keys of KV taken away at once. */
const PAGE = 100;

const starts = new Map<string, Start>();

/** Migrates once per isolate, and once more after a test that changed the tables themselves. */
export async function emptyStorage(): Promise<void> {
  await Promise.all([emptyDatabases(), emptyNamespace(env.KV), emptyBucket(env.ARCHIVE)]);
}

async function emptyDatabases(): Promise<void> {
  const emptied = await Promise.all(DATABASES.map(isEmptied));
  if (!emptied.includes(false)) return;
  await reset();
  for (const [at, { name, d1 }] of DATABASES.entries()) {
    await applyD1Migrations(d1, env.TEST_MIGRATIONS);
    const spread = spreadOver(at, d1);
    if (spread.length > 0) await d1.batch(spread);
    starts.set(name, await readStart(d1));
  }
}

/** False if the tables are not those of the start; then nothing can be said of their rows. */
async function isEmptied({ name, d1 }: (typeof DATABASES)[number]): Promise<boolean> {
  const start = starts.get(name);
  if (!start) return false;
  const { schema, statements } = start;
  const [found] = await d1.batch([d1.prepare(SCHEMA), ...statements]).catch(() => []);
  return found !== undefined && JSON.stringify(found.results) === schema;
}

async function readStart(db: D1Database): Promise<Start> {
  const { results } = await db.prepare(SCHEMA).all<{ name: string; sql: string | null }>();
  const tables = results
    .filter(({ sql }) => sql?.startsWith("CREATE TABLE"))
    .map(({ name }) => name);
  const statements = await Promise.all(tables.map((name) => bringBack(db, name)));
  return { schema: JSON.stringify(results), tables, statements: statements.flat() };
}

/** The tables that the migrations make, without SQLite's own. */
export function tableNames(): string[] {
  const start = starts.get("DB");
  if (!start) throw new Error("The database is not migrated.");
  return start.tables.filter((name) => !name.startsWith("sqlite_"));
}

async function bringBack(db: D1Database, table: string): Promise<D1PreparedStatement[]> {
  const { results } = await db.prepare(`SELECT * FROM "${table}"`).all();
  return [
    db.prepare(`DELETE FROM "${table}"`),
    ...results.map((row) => insertInto(db, table, row)),
  ];
}

export function insertInto(
  db: D1Database,
  table: string,
  row: Record<string, unknown>,
): D1PreparedStatement {
  const names = Object.keys(row);
  const places = names.map(() => "?").join(", ");
  const sql = `INSERT OR REPLACE INTO "${table}" (${names.join(", ")}) VALUES (${places})`;
  return db.prepare(sql).bind(...Object.values(row));
}

async function emptyNamespace(namespace: KVNamespace): Promise<void> {
  const { keys, list_complete: isComplete } = await namespace.list({ limit: PAGE });
  await Promise.all(keys.map(({ name }) => namespace.delete(name)));
  if (!isComplete) await emptyNamespace(namespace);
}

async function emptyBucket(bucket: R2Bucket): Promise<void> {
  const { objects, truncated: isTruncated } = await bucket.list();
  if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key));
  if (isTruncated) await emptyBucket(bucket);
}
