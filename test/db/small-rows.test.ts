/** Tables without a rowid: that they are, and that a database of before keeps its rows. */

import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { insertInto } from "../storage";

/** Where the rows are in the primary key. Drizzle cannot say so, and its migrations forget it. */
const SMALL = [
  "backup_codes",
  "bare_secrets",
  "challenge_results",
  "challenges",
  "enrolment_links",
  "event_counts",
  "idempotency_keys",
  "mail_codes",
  "notices",
  "password_guards",
  "placements",
  "sessions",
  "trusted_devices",
  "webhook_deliveries",
];

/** Those that were there before the migration. */
const LATER = ["event_counts", "mail_codes", "notices", "placements", "webhook_deliveries"];
const EARLIER = SMALL.filter((name) => !LATER.includes(name));

const MIGRATION = "0004_small_rows.sql";
const EXPIRY = 1_800_000_000_000;

it("they are these, as the database itself says", async () => {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%WITHOUT ROWID' ORDER BY name",
  ).all<{ name: string }>();
  expect(results.map(({ name }) => name)).toEqual(SMALL);
});

it("a database with rows in them keeps every one, and a challenge is found by its token's expiry", async () => {
  await reset();
  const at = env.TEST_MIGRATIONS.findIndex(({ name }) => name === MIGRATION);
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, at));
  const before: Record<string, object[]> = {};
  for (const table of EARLIER) before[table] = await fill(table);
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  for (const table of EARLIER.filter((one) => one !== "challenges")) {
    expect(await rowsOf(table)).toEqual(before[table]);
  }
  // It was kept for a minute, and for five to prove a change.
  const expiries = [EXPIRY - 60_000, EXPIRY - 5 * 60_000];
  const challenges = before["challenges"]?.map((row, n) => ({ ...row, expires_at: expiries[n] }));
  expect(await rowsOf("challenges")).toEqual(challenges);
});

/** Puts two rows into a table: one with as little as may be, and one with something in every column. */
async function fill(table: string): Promise<object[]> {
  const { results: columns } = await env.DB.prepare(
    'SELECT name, type, "notnull" AS isNeeded FROM pragma_table_info(?)',
  )
    .bind(table)
    .all<{ name: string; type: string; isNeeded: number }>();
  const valueOf = (row: number, { name, type, isNeeded }: (typeof columns)[number]) => {
    if (!isNeeded && row === 0) return null;
    if (name === "expires_at") return EXPIRY;
    return type === "TEXT" ? `${name} ${row}` : row;
  };
  for (const row of [0, 1]) {
    const values = columns.map((column) => [column.name, valueOf(row, column)]);
    await insertInto(env.DB, table, Object.fromEntries(values)).run();
  }
  return rowsOf(table);
}

async function rowsOf(table: string): Promise<object[]> {
  const { results } = await env.DB.prepare(
    `SELECT * FROM ${table} ORDER BY ${table === "challenges" ? "id" : "1, 2"}`,
  ).all();
  return results;
}
