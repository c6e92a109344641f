/**
 * SQLite with the face of D1: as much of it as core/ uses, and a list of what it was asked. `keepStatements`: a statement is compiled once.
 */

import { DatabaseSync } from "node:sqlite";

export function openDatabase(file, { keepStatements = false } = {}) {
  const sqlite = new DatabaseSync(file);
  const asked = [];
  const kept = new Map();
  const compile = (sql) => {
    const statement = kept.get(sql) ?? sqlite.prepare(sql);
    if (keepStatements) kept.set(sql, statement);
    return statement;
  };
  const changes = sqlite.prepare("SELECT total_changes() AS n");
  /** Statements as D1 runs them: in one transaction. */
  const run = (statements) => {
    const begun = process.cpuUsage();
    sqlite.exec("BEGIN IMMEDIATE");
    const results = statements.map(({ sql, values }) => {
      const before = changes.get().n;
      const rows = compile(sql).all(numbered(values));
      const meta = { changes: changes.get().n - before, duration: 0, served_by_primary: true };
      return { results: rows, meta };
    });
    sqlite.exec("COMMIT");
    asked.push({ statements, results, milliseconds: cpuSince(begun) });
    return results;
  };
  const prepare = (sql, values = []) => ({
    sql,
    values,
    bind: (...bound) => prepare(sql, bound),
    all: async () => run([{ sql, values }])[0],
    run: async () => run([{ sql, values }])[0],
    first: async (column) => {
      const [row = null] = run([{ sql, values }])[0].results;
      return column === undefined || row === null ? row : row[column];
    },
  });
  const d1 = { prepare, batch: async (statements) => run(statements), withSession: () => d1 };
  return { sqlite, d1, asked };
}

/** `?1` is a name to Node. */
function numbered(values) {
  return Object.fromEntries(values.map((value, at) => [`?${at + 1}`, value]));
}

/** CPU rather than the clock: a busy machine does not show in it. */
function cpuSince(begun) {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}
