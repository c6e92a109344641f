/** Fills a migrated SQLite file with users, by SQL alone: in the order of their keys, which is the fastest. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Users of the app that is deleted, of every twenty. */
export const APPS = 20;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export function migrate(sqlite, root) {
  const folder = join(root, "migrations");
  const files = readdirSync(folder).filter((file) => file.endsWith(".sql"));
  for (const file of files.toSorted()) sqlite.exec(readFileSync(join(folder, file), "utf8"));
}

const count = (users) =>
  `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${users - 1})`;
const hash = "hex(randomblob(22))";

/** A twentieth of the users each in an app, one of a thousand held; three audit events, some challenges and sessions of each. */
export function fill(sqlite, { users, now, settings }) {
  sqlite.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000");
  const n = count(users);
  const userId = "printf('usr_%012d', i)";
  const app = sqlite.prepare(
    "INSERT INTO apps (id, name, issuer, settings, created_at) VALUES (?, 'Bench', 'Bench', ?, ?)",
  );
  for (let at = 0; at < APPS; at++) app.run(`app_${at}`, settings, now);
  const fills = [
    `INSERT INTO users (id, app_id, external_id, created_at, capped_at, disabled_at, must_rebind, locked_until) ${n}
      SELECT ${userId}, 'app_' || (i % ${APPS}), printf('user-%012d', i), ${now},
        iif(i % 4000 = 0, 1, NULL), iif(i % 4000 = 1, 1, NULL), i % 4000 = 2, iif(i % 4000 = 3, ${now + DAY}, NULL) FROM n`,
    `INSERT INTO accounts (user_id, email, password_hash) ${n}
      SELECT ${userId}, printf('user-%012d@example.com', i), ${hash} FROM n WHERE i % 4 = 0`,
    `INSERT INTO authenticators (id, user_id, secret, secret_digest, algorithm, digits, period, state, created_at) ${n}
      SELECT printf('auth_%012d', i), ${userId}, ${hash}, ${hash}, 'SHA1', 6, 30, 'active', ${now} FROM n`,
    `INSERT INTO backup_codes (user_id, hash) ${n}
      SELECT ${userId}, j || ${hash} FROM n, (SELECT value AS j FROM json_each('[0,1,2,3,4,5,6,7,8,9]'))`,
    `INSERT INTO challenges (id, user_id, attempts, strikes, spent_at, expires_at) ${n}
      SELECT 'chal_' || ${hash}, ${userId}, 1, 0, ${now}, ${now + MINUTE} + i FROM n WHERE i % 10 < 3`,
    `INSERT INTO sessions (id, user_id, epoch, secret_hash, aal, password_at, created_at, last_used_at, idle_expires_at, expires_at) ${n}
      SELECT 'ses_' || ${hash}, ${userId}, 0, ${hash}, 1, ${now}, ${now}, ${now}, ${now + DAY}, ${now + DAY} + i FROM n WHERE i % 10 < 4`,
    `INSERT INTO audit_events (id, app_id, user_id, type, outcome, actor, ip, user_agent, request_id) ${count(3 * users)}
      SELECT (${now} - ${3 * users} + i) * 1000, 'app_' || (i % ${APPS}), printf('usr_%012d', i / 3), 'code.verified', 'success',
        'key:abcdefghijklmnop', '192.0.2.1', 'Mozilla/5.0 (X11; Linux x86_64)', hex(randomblob(16)) FROM n`,
    `INSERT INTO password_guards (key, failures, ends_at) ${count(users / 100)}
      SELECT ${hash}, 1, ${now + MINUTE} FROM n`,
  ];
  for (const sql of fills) sqlite.exec(sql);
  // Without the copying of the log into the file, which falls to whoever commits when it is long.
  sqlite.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0",
  );
  // The first one opens the log.
  sqlite.exec("BEGIN IMMEDIATE; COMMIT");
}
