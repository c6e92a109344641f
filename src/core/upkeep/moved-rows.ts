/** The rows that move with a range of buckets: how they are read, copied, compared and deleted, in pages. */

import type { Database } from "../../env";
import { ACCOUNTS_BUCKET } from "../shard/bucket";
import type { Range } from "../shard/ranges";

type Row = Record<string, string | number | null>;

/** How many users one page has, with what belongs to them; and how many rows of other tables. */
const PAGE_USERS = 40;
const PAGE_ROWS = 200;

/**
 * Tables that are found by their user. A page has all rows of its users, and authenticators in the order in
 * which they were made, because that counts.
 */
const BY_USER = {
  users: "id",
  authenticators: "user_id",
  backup_codes: "user_id",
  accounts: "user_id",
  sessions: "user_id",
  trusted_devices: "user_id",
  mail_codes: "user_id",
  notices: "user_id",
} as const;
const ORDERED = new Set(["users", "authenticators"]);

/** Other tables: the columns of their primary key, and which rows are in the range. */
const OTHERS = {
  challenges: { key: ["expires_at", "id"], where: "substr(id, 6, 3) BETWEEN ?1 AND ?2" },
  enrolment_links: { key: ["id"], where: "id >= 'link_' || ?1 AND id < 'link_' || ?2 || '~'" },
  challenge_results: { key: ["hash"], where: "substr(user_id, 5, 3) BETWEEN ?1 AND ?2" },
  idempotency_keys: {
    key: ["scope", "key"],
    where: `substr(resource_id, 1, instr(resource_id, '_')) IN ('usr_', 'auth_', 'link_', 'chal_')
      AND substr(resource_id, instr(resource_id, '_') + 1, 3) BETWEEN ?1 AND ?2`,
  },
  // They count names and addresses of the user API, all of whose users are in one bucket.
  password_guards: { key: ["key"], where: `'${ACCOUNTS_BUCKET}' BETWEEN ?1 AND ?2` },
} as const;

const PARTS = ["users", ...Object.keys(OTHERS)];

/** Where a walk through all rows goes on: a part, and the key of the last row that it came to. */
export interface Position {
  part: number;
  after: Key;
}

type Key = (string | number)[];

export const START: Position = { part: 0, after: [] };

/** Whether there is such a position. It comes back from whoever drives the move. */
export function isPosition({ part, after }: Position): boolean {
  const name = PARTS[part];
  if (name === undefined) return false;
  const columns = name === "users" ? 1 : describe(name).key.length;
  return after.length === 0 || after.length === columns;
}

/** Rows of some tables, and the position behind them. Null: there are no more. */
export interface Page {
  rows: { table: string; rows: Row[] }[];
  next: Position | null;
}

/** Reads the next page of a range. */
export async function readPage(db: Database, range: Range, at: Position): Promise<Page> {
  const [name = ""] = PARTS.slice(at.part);
  const { rows, after } =
    name === "users"
      ? await readUsers(db, range, at.after)
      : await readOthers(db, range, { name, after: at.after });
  if (after !== null) return { rows, next: { part: at.part, after } };
  return { rows, next: at.part + 1 < PARTS.length ? { part: at.part + 1, after: [] } : null };
}

interface Part {
  rows: Page["rows"];
  /** Null: that was the last page of the part. */
  after: Key | null;
}

async function readUsers(db: Database, { first, last }: Range, after: Key): Promise<Part> {
  const d1 = db.$client;
  const from = String(after[0] ?? `usr_${first}`);
  const find = `SELECT id FROM users WHERE id > ?1 AND id < 'usr_' || ?2 || '~' ORDER BY id LIMIT ${PAGE_USERS}`;
  const { results } = await d1.prepare(find).bind(from, last).all<{ id: string }>();
  const end = results.at(-1)?.id;
  if (end === undefined) return { rows: [], after: null };
  return {
    rows: await readBetween(db, from, end),
    after: results.length < PAGE_USERS ? null : [end],
  };
}

/** Everything of the users behind one id, up to another. */
async function readBetween(db: Database, from: string, end: string): Promise<Page["rows"]> {
  const d1 = db.$client;
  const tables = Object.entries(BY_USER);
  const found = await d1.batch<Row>(
    tables.map(([table, column]) => {
      const order = ORDERED.has(table) ? "rowid" : column;
      const sql = `SELECT * FROM ${table} WHERE ${column} > ?1 AND ${column} <= ?2 ORDER BY ${order}`;
      return d1.prepare(sql).bind(from, end);
    }),
  );
  return tables.map(([table], at) => ({ table, rows: found[at]?.results ?? [] }));
}

async function readOthers(
  db: Database,
  { first, last }: Range,
  { name, after }: { name: string; after: Key },
): Promise<Part> {
  const { key, where } = describe(name);
  const names = key.map((one) => `"${one}"`).join(", ");
  const places = key.map((_, at) => `?${at + 3}`).join(", ");
  const behind = after.length > 0 ? `AND (${names}) > (${places})` : "";
  const sql = `SELECT * FROM ${name} WHERE ${where} ${behind} ORDER BY ${names} LIMIT ${PAGE_ROWS}`;
  const { results } = await db.$client
    .prepare(sql)
    .bind(first, last, ...after)
    .all<Row>();
  const end = results.at(-1);
  const isLast = results.length < PAGE_ROWS || end === undefined;
  return {
    rows: [{ table: name, rows: results }],
    after: isLast ? null : key.map((one) => end[one] ?? ""),
  };
}

function describe(name: string): { key: readonly string[]; where: string } {
  const found = Object.entries(OTHERS).find(([table]) => table === name);
  if (!found) throw new Error(`no table ${name} moves`);
  return found[1];
}

/** The statements that store these rows. What the same calls stored before is replaced by itself. */
export function store(db: Database, pages: Page["rows"]): D1PreparedStatement[] {
  return pages.flatMap(({ table, rows }) => {
    const [sample] = rows;
    if (!sample) return [];
    const names = Object.keys(sample);
    const columns = names.map((name) => `"${name}"`).join(", ");
    const values = names.map((name) => `value ->> '$.${name}'`).join(", ");
    // An app may have used one Idempotency-Key for users in two databases.
    const or = table === "idempotency_keys" ? "IGNORE" : "REPLACE";
    const sql = `INSERT OR ${or} INTO ${table} (${columns}) SELECT ${values} FROM json_each(?1)`;
    // D1 binds texts of two megabytes at most, and a user may have any number of sessions.
    const parts = Array.from({ length: Math.ceil(rows.length / PAGE_ROWS) }, (_, at) =>
      rows.slice(at * PAGE_ROWS, (at + 1) * PAGE_ROWS),
    );
    return parts.map((part) => db.$client.prepare(sql).bind(JSON.stringify(part)));
  });
}

/** The rows of a page as one text, which is the same for the same rows. */
export function textOf({ rows }: Page): string {
  return JSON.stringify(
    rows
      .filter(({ table }) => table !== "idempotency_keys")
      .map(({ table, rows: some }) => [table, some.map((row) => JSON.stringify(row)).toSorted()]),
  );
}

const CONDITIONS: readonly (readonly [table: string, where: string])[] = [
  ...Object.entries(BY_USER).map(
    ([table, column]) =>
      [table, `${column} >= 'usr_' || ?1 AND ${column} < 'usr_' || ?2 || '~'`] as const,
  ),
  ...Object.entries(OTHERS).map(([table, { where }]) => [table, where] as const),
];

/** A statement for each table that deletes some of its rows in the range. */
export function deleteSome(db: Database, { first, last }: Range): D1PreparedStatement[] {
  return CONDITIONS.map(([table, where]) => {
    const key = keyOf(table);
    const sql = `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ${PAGE_ROWS})`;
    return db.$client.prepare(sql).bind(first, last);
  });
}

function keyOf(table: string): string {
  if (table === "backup_codes") return "user_id, hash";
  if (table === "mail_codes") return "user_id, purpose";
  if (table === "notices") return "user_id, kind";
  if (table === "accounts") return "user_id";
  if (table in BY_USER) return "id";
  return describe(table)
    .key.map((one) => `"${one}"`)
    .join(", ");
}

/** How many rows each table has in the range, but for those that may be left out, as one text. */
const COUNTS = CONDITIONS.filter(([table]) => table !== "idempotency_keys")
  .map(([table, where]) => `(SELECT count(*) FROM ${table} WHERE ${where})`)
  .join(" || ',' || ");

export function countRows(db: Database, { first, last }: Range): D1PreparedStatement {
  return db.$client.prepare(`SELECT ${COUNTS} AS counts`).bind(first, last);
}

/** Fails, and its transaction with it, unless each table has so many rows in the range. */
export function assertCounts(db: Database, { first, last }: Range, counts: string) {
  const sql = `SELECT json_extract('[]', iif(?3 = ${COUNTS}, '$', 'other counts'))`;
  return db.$client.prepare(sql).bind(first, last, counts);
}
