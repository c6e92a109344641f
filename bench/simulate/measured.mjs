/** What `npm run bench -- --only scale --save` measured. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { grouped, markdownTable } from "./markdown.mjs";

export const MEASURED = join(import.meta.dirname, "measured.json");
const STATEMENTS = ["read", "commit", "answer"];

/**
 * `times`: for each number of users, the milliseconds of a transaction, as median and p95. `bytes`: of a user and of an event in the
 * database, with their indexes.
 */
export function readMeasured() {
  return JSON.parse(readFileSync(MEASURED, "utf8"));
}

export function renderTimes(times) {
  const rows = times.map(({ users, ...of }) => [
    grouped(users),
    ...STATEMENTS.map((name) => `${of[name].median.toFixed(2)} / ${of[name].p95.toFixed(2)}`),
  ]);
  return markdownTable(["ms, median / p95; users", ...STATEMENTS], rows);
}

export function renderRows({ user, event }) {
  return markdownTable(
    ["in the database, with indexes", "bytes"],
    [
      ["a user with one authenticator and ten backup codes", grouped(user)],
      ["an event of the audit trail, with address and browser", grouped(event)],
    ],
  );
}
