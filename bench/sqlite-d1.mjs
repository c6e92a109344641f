/** SQLite with the face of D1: as much of it as core/ uses, and a list of what it was asked. */

import { DatabaseSync } from "node:sqlite";

export function openDatabase(file) {
  const sqlite = new DatabaseSync(file);
  const asked = [];
  /** Statements as D1 runs them: in one transaction. */
  const run = (statements) => {
    const begun = process.cpuUsage();
    sqlite.exec("BEGIN IMMEDIATE");
    const results = statements.map(({ sql, values }) => {
      const before = totalChanges(sqlite);
      const rows = sqlite.prepare(sql).all(numbered(values));
      const changes = totalChanges(sqlite) - before;
      return { results: rows, meta: { changes, duration: 0, served_by_primary: true } };
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

function totalChanges(sqlite) {
  return sqlite.prepare("SELECT total_changes() AS n").get().n;
}
