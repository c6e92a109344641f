/** What `npm run bench -- --only scale --save` measured. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { grouped, markdownTable } from "./markdown.mjs";

export const MEASURED = join(import.meta.dirname, "measured.json");
const STATEMENTS = ["read", "commit", "answer"];

/**
 * `times`: for each number of users, the milliseconds of a transaction, as median and p95. `rows`: bytes of a row of each table in the
 * database, with its indexes. `bytes`: of a user and of an event, which everything else is reckoned with.
 */
export function readMeasured() {
  const { times, rows } = JSON.parse(readFileSync(MEASURED, "utf8"));
  return { times, rows, bytes: { user: ofUser(rows), event: Math.round(rows.audit_events) } };
}

function ofUser({ users, authenticators, backup_codes: codes }) {
  return Math.round(users + authenticators + 10 * codes);
}

export function renderTimes(times) {
  const rows = times.map(({ users, ...of }) => [
    grouped(users),
    ...STATEMENTS.map((name) => `${of[name].median.toFixed(2)} / ${of[name].p95.toFixed(2)}`),
  ]);
  return markdownTable(["ms, median / p95; users", ...STATEMENTS], rows);
}

/** Bytes of a row of each table. */
export function renderRows(rows) {
  const user = ofUser(rows);
  return markdownTable(
    ["with its indexes", "bytes"],
    [
      ...Object.entries(rows).map(([table, each]) => [`a row of \`${table}\``, grouped(each)]),
      ["**a user** with an authenticator and ten backup codes", grouped(user)],
      [
        "**an account** with the same and one session",
        grouped(user + rows.accounts + rows.sessions),
      ],
    ],
  );
}

/** What everything else is reckoned with. */
export function renderSizes({ user, event }) {
  return markdownTable(
    ["in the database, with indexes", "bytes"],
    [
      ["a user with one authenticator and ten backup codes", grouped(user)],
      ["an event of the audit trail, with address and browser", grouped(event)],
    ],
  );
}
