/**
 * The folder of the data, as miniflare lays it out under `v3/`: readable by its owner only, with a database that is ours and up to date.
 * All of it happens before anything serves.
 */

import { createHash, createHmac } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Refusal } from "../refusal.mjs";
import { ROOT } from "../wrangler.mjs";

/**
 * The ids of D1 database, KV namespace and R2 bucket: what wrangler calls those without one, and a bucket by its name in wrangler.toml, so
 * that `npm run dev` finds the same data.
 */
export const IDS = { DB: "DB", KV: "KV", ARCHIVE: "stepgate-audit" };

const D1 = "miniflare-D1DatabaseObject";
const SQLITE = "SQLite format 3\0";
const MIGRATIONS = join(ROOT, "migrations");
/** As wrangler makes it, who may have made the database. */
export const LEDGER = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Where miniflare keeps everything. */
export function dataFolder(stateDir) {
  return join(stateDir, "v3");
}

/** Where miniflare keeps a database: a Durable Object's id is made of its namespace and name. */
export function databaseFile(stateDir, binding = IDS.DB) {
  const key = createHash("sha256").update(D1).digest();
  const mac = (data) => createHmac("sha256", key).update(data).digest().subarray(0, 16);
  const name = mac(binding);
  const id = Buffer.concat([name, mac(name)]).toString("hex");
  return join(dataFolder(stateDir), "d1", D1, `${id}.sqlite`);
}

/** Throws a Refusal where the folder cannot be used as it is. From here on whatever this process makes is its owner's only. */
export function prepareState(stateDir, migrations = MIGRATIONS, bindings = [IDS.DB]) {
  process.umask(0o077);
  const file = databaseFile(stateDir);
  const isNew = assertNothingLost(stateDir, file);
  mkdirSync(dirname(file), { recursive: true });
  // Earlier versions wrote every full URL to it, with what stands in there.
  rmSync(join(dataFolder(stateDir), "observability"), { recursive: true, force: true });
  makePrivate(stateDir);
  migrate(file, { isNew, migrations });
  for (const binding of bindings.filter((one) => one !== IDS.DB)) {
    const other = databaseFile(stateDir, binding);
    migrate(other, { isNew: !existsSync(other), migrations });
  }
}

/** Answers whether there is no data yet. A folder that was used and has lost its database is not new. */
function assertNothingLost(stateDir, file) {
  if (existsSync(file)) return false;
  const used = ["d1", "kv", "r2"].find((part) => existsSync(join(dataFolder(stateDir), part)));
  if (!used) return true;
  throw refuse(file, `is gone, while ${join(dataFolder(stateDir), used)} is there`);
}

function refuse(file, fault, cause) {
  return new Refusal(
    `The database ${file} ${fault}. Put back a copy of it, or choose an empty folder (STATE_DIR) to start afresh.`,
    { cause },
  );
}

/** What is ours in it. The folder itself too, unless somebody keeps other things there. */
function makePrivate(stateDir) {
  const data = dataFolder(stateDir);
  try {
    if (readdirSync(stateDir).every((name) => name === "v3")) chmod(stateDir, 0o700);
    chmod(data, 0o700);
    for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isDirectory()) chmod(path, 0o700);
      else if (entry.isFile()) chmod(path, 0o600);
    }
  } catch (error) {
    throw new Refusal(`The data cannot be kept to its owner: ${error.message}.`, { cause: error });
  }
}

function chmod(path, mode) {
  if ((statSync(path).mode & 0o777) !== mode) chmodSync(path, mode);
}

function migrate(file, { isNew, migrations }) {
  if (!isNew) assertSqlite(file);
  try {
    const database = new DatabaseSync(file);
    try {
      applyMigrations(database, { isNew, file, migrations });
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw refuse(file, `cannot be opened or brought up to date: ${error.message}`, error);
  }
}

function assertSqlite(file) {
  const { size } = statSync(file);
  if (size === 0) throw refuse(file, "is empty");
  const header = Buffer.alloc(SQLITE.length);
  const descriptor = openSync(file, "r");
  readSync(descriptor, header);
  closeSync(descriptor);
  if (header.toString("latin1") !== SQLITE) throw refuse(file, "is not a SQLite database");
}

/** Each with its line in the ledger, or not at all. */
function applyMigrations(database, { isNew, file, migrations }) {
  const names = readdirSync(migrations)
    .filter((name) => name.endsWith(".sql"))
    .toSorted();
  const applied = isNew ? new Set() : readLedger(database, file, names[0]);
  const missing = names.filter((name) => !applied.has(name));
  if (missing.length === 0) return;
  // One transaction: a start that is interrupted leaves no half of a database.
  database.exec(`BEGIN IMMEDIATE; ${LEDGER}`);
  for (const name of missing) {
    database.exec(readFileSync(join(migrations, name), "utf8"));
    database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").run(name);
  }
  database.exec("COMMIT");
}

/** The migrations that it has had. What has tables and not our first migration is somebody else's. */
function readLedger(database, file, first) {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  const names = tables.map(({ name }) => name);
  if (names.length === 0) throw refuse(file, "is empty");
  const rows = names.includes("d1_migrations")
    ? database.prepare("SELECT name FROM d1_migrations").all()
    : [];
  const applied = new Set(rows.map(({ name }) => name));
  if (!applied.has(first)) {
    throw refuse(file, `is not Stepgate's: it has other tables (${names.slice(0, 3).join(", ")})`);
  }
  return applied;
}
