import assert from "node:assert/strict";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { databaseFile, prepareState } from "./local/state.mjs";
import { Refusal } from "./refusal.mjs";

const temporary = mkdtempSync(join(tmpdir(), "stepgate-"));
after(() => rmSync(temporary, { recursive: true }));

let folders = 0;

function newFolder() {
  const stateDir = join(temporary, String(++folders));
  mkdirSync(stateDir);
  return stateDir;
}

function ask(file, sql) {
  const database = new DatabaseSync(file);
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

function execute(file, sql) {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

/** Every entry that somebody else could look into. */
function openEntries(stateDir) {
  const paths = readdirSync(stateDir, { recursive: true }).map((name) => join(stateDir, name));
  return [stateDir, ...paths].filter((path) => (statSync(path).mode & 0o077) !== 0);
}

test("a new folder gets a database with all tables, for its owner only", () => {
  const stateDir = newFolder();
  chmodSync(stateDir, 0o755);
  prepareState(stateDir);
  const file = databaseFile(stateDir);
  assert.ok(ask(file, "SELECT name FROM sqlite_master").some(({ name }) => name === "users"));
  assert.deepEqual(openEntries(stateDir), []);
});

test("a second start changes nothing", () => {
  const stateDir = newFolder();
  prepareState(stateDir);
  const file = databaseFile(stateDir);
  const applied = ask(file, "SELECT * FROM d1_migrations");
  prepareState(stateDir);
  assert.deepEqual(ask(file, "SELECT * FROM d1_migrations"), applied);
});

/** Ours, and one more behind them. */
function migrationsAnd(sql) {
  const folder = newFolder();
  cpSync(new URL("../migrations", import.meta.url), folder, { recursive: true });
  writeFileSync(join(folder, "9999_next.sql"), sql);
  return folder;
}

test("only what is missing is applied to an older database", () => {
  const stateDir = newFolder();
  prepareState(stateDir);
  const file = databaseFile(stateDir);
  const applied = ask(file, "SELECT * FROM d1_migrations");
  prepareState(stateDir, migrationsAnd("CREATE TABLE later (id INTEGER)"));
  const [{ name: last }, ...earlier] = ask(file, "SELECT * FROM d1_migrations ORDER BY id DESC");
  assert.equal(last, "9999_next.sql");
  assert.deepEqual(earlier.toReversed(), applied);
  assert.deepEqual(ask(file, "SELECT * FROM later"), []);
});

test("tables that are made anew keep their rows", () => {
  const stateDir = newFolder();
  const earlier = newFolder();
  const all = new URL("../migrations/", import.meta.url);
  const names = readdirSync(all).filter((name) => name < "0004" && name.endsWith(".sql"));
  for (const name of names) cpSync(new URL(name, all), join(earlier, name));
  prepareState(stateDir, earlier);
  const file = databaseFile(stateDir);
  execute(file, "INSERT INTO backup_codes VALUES ('usr_1', 'k1.a', NULL), ('usr_1', 'k1.b', 5)");
  const codes = ask(file, "SELECT * FROM backup_codes ORDER BY hash");
  assert.equal(codes.length, 2);
  prepareState(stateDir);
  assert.deepEqual(ask(file, "SELECT * FROM backup_codes ORDER BY hash"), codes);
  const [{ wr: isWithoutRowid }] = ask(file, "PRAGMA table_list(backup_codes)");
  assert.equal(isWithoutRowid, 1);
});

test("what cannot be applied leaves no trace", () => {
  const stateDir = newFolder();
  prepareState(stateDir);
  const file = databaseFile(stateDir);
  const applied = ask(file, "SELECT * FROM d1_migrations");
  const migrations = migrationsAnd("CREATE TABLE later (id INTEGER); CREATE TABLE users (id TEXT)");
  assert.throws(() => prepareState(stateDir, migrations), /cannot be opened or brought up to date/);
  assert.deepEqual(ask(file, "SELECT * FROM d1_migrations"), applied);
  assert.deepEqual(ask(file, "SELECT name FROM sqlite_master WHERE name = 'later'"), []);
});

test("an open folder of an earlier version is closed, and its trace store goes", () => {
  const stateDir = newFolder();
  prepareState(stateDir);
  const traces = join(stateDir, "v3/observability/store");
  mkdirSync(traces, { recursive: true });
  writeFileSync(join(traces, "urls.sqlite"), "");
  for (const path of [stateDir, dirname(databaseFile(stateDir))]) chmodSync(path, 0o755);
  chmodSync(databaseFile(stateDir), 0o644);
  prepareState(stateDir);
  assert.deepEqual(openEntries(stateDir), []);
  assert.equal(existsSync(join(stateDir, "v3/observability")), false);
});

test("what else is in the folder keeps its rights", () => {
  const stateDir = newFolder();
  chmodSync(stateDir, 0o755);
  writeFileSync(join(stateDir, "other"), "");
  chmodSync(join(stateDir, "other"), 0o644);
  prepareState(stateDir);
  assert.deepEqual(openEntries(stateDir), [stateDir, join(stateDir, "other")]);
});

const NOT_OURS = {
  "an empty file": [(file) => writeFileSync(file, ""), /is empty/],
  "a database without tables": [(file) => execute(file, "PRAGMA user_version = 1"), /is empty/],
  "something else": [(file) => writeFileSync(file, "<html>".repeat(99)), /is not a SQLite/],
  "a broken database": [
    (file) => writeFileSync(file, `SQLite format 3\0${"x".repeat(5000)}`),
    /cannot be opened/,
  ],
  "somebody else's database": [
    (file) => execute(file, "CREATE TABLE songs (title TEXT)"),
    /is not Stepgate's: it has other tables \(songs\)/,
  ],
  "somebody else's Worker's": [
    (file) => execute(file, "CREATE TABLE d1_migrations (name TEXT); CREATE TABLE songs (a TEXT)"),
    /is not Stepgate's/,
  ],
};
for (const [name, [make, reason]] of Object.entries(NOT_OURS)) {
  test(`${name} in the place of the database is refused and left as it is`, () => {
    const stateDir = newFolder();
    const file = databaseFile(stateDir);
    mkdirSync(dirname(file), { recursive: true });
    make(file);
    const before = statSync(file).size;
    assert.throws(
      () => prepareState(stateDir),
      (error) => {
        assert.ok(error instanceof Refusal);
        assert.match(error.message, reason);
        return true;
      },
    );
    assert.equal(statSync(file).size, before);
  });
}

test("a folder that has lost its database is not served as a new one", () => {
  for (const part of ["v3/d1", "v3/kv", "v3/r2"]) {
    const stateDir = newFolder();
    mkdirSync(join(stateDir, part), { recursive: true });
    assert.throws(() => prepareState(stateDir), /is gone, while .* is there/);
    assert.equal(existsSync(databaseFile(stateDir)), false);
  }
});
