/** Every row of every table of users arrives, however many there are, and none stays. */

import { beforeEach, describe, expect, it } from "vitest";
import { addDatabases, moveBucket, moveUntil, shardOf, stepOf } from "./support";
import { DATABASES, isMany } from "../databases";
import { admin } from "../service";
import { tableNames } from "../storage";

/** The bucket of the accounts, because the guards of passwords go with it. */
const BUCKET = "222";

/** How the ids of each table of users begin. Null: its key is no id. */
const OF_USERS: Record<string, string | null> = {
  users: "usr",
  authenticators: "auth",
  sessions: "ses",
  trusted_devices: "dev",
  challenges: "chal",
  enrolment_links: "link",
  accounts: null,
  backup_codes: null,
  challenge_results: null,
  idempotency_keys: null,
  password_guards: null,
  mail_codes: null,
  notices: null,
};
const STAYS = [
  "api_keys",
  "app_logos",
  "apps",
  "archive_objects",
  "audit_events",
  "bare_secret_counts",
  "bare_secrets",
  "cleanup_cursors",
  "d1_migrations",
  "deleted_apps",
  "event_counts",
  "keyring_keys",
  "operator_sessions",
  "outbox",
  "placements",
  "shards",
  "unpublished",
  "webhook_deliveries",
  "webhook_endpoints",
];
/** So many rows a user has; of others one. */
const PER_USER: Record<string, number> = { authenticators: 3, sessions: 2, trusted_devices: 2 };

type Row = Record<string, unknown>;

let source: D1Database;
let target: D1Database;
let to: number;

function idOf(prefix: string, number: number): string {
  const symbols = number
    .toString(5)
    .padStart(13, "0")
    .replaceAll(/[01]/g, (one) => `${Number(one) + 5}`);
  return `${prefix}_${BUCKET}${symbols}`;
}

/** A row with something of its own in every column. Ids are in another order than rows, as random ones are. */
function rowOf(table: string, columns: { name: string; type: string }[], number: number): Row {
  const prefix = OF_USERS[table];
  const user = idOf("usr", 10_000 - Math.floor(number / (PER_USER[table] ?? 1)));
  const known: Row = {
    ...(prefix && { id: prefix === "usr" ? user : idOf(prefix, 10_000 - number) }),
    user_id: user,
    resource_id: user,
  };
  const own = columns.map(({ name, type }) => {
    const value = type === "TEXT" ? `${name} ${number}` : number + (type === "REAL" ? 0.5 : 0);
    return [name, known[name] ?? value];
  });
  return Object.fromEntries(own);
}

/** Fills each table of users with rows of so many users. */
async function fill(users: number): Promise<void> {
  for (const table of Object.keys(OF_USERS)) {
    const { results: columns } = await source
      .prepare(`SELECT name, upper(type) AS type FROM pragma_table_info('${table}')`)
      .all<{ name: string; type: string }>();
    const rows = Array.from({ length: users * (PER_USER[table] ?? 1) }, (_, at) =>
      rowOf(table, columns, at),
    );
    const names = columns.map(({ name }) => `"${name}"`).join(", ");
    const values = columns.map(({ name }) => `value ->> '$.${name}'`).join(", ");
    const sql = `INSERT INTO ${table} (${names}) SELECT ${values} FROM json_each(?)`;
    await source.prepare(sql).bind(JSON.stringify(rows)).run();
  }
}

/** What a database has of users. Of each user the authenticators are in the order in which they were made. */
async function rowsIn(d1: D1Database): Promise<Record<string, Row[]>> {
  const found = Object.keys(OF_USERS).map(async (table) => {
    const order = table === "authenticators" ? "user_id, rowid" : "1, 2";
    const { results } = await d1.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).all();
    return [table, results] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

const countsOf = (rows: Record<string, Row[]>) => Object.values(rows).map(({ length }) => length);

describe.runIf(isMany)("the rows of a bucket that moves", () => {
  beforeEach(async () => {
    await admin("PATCH", "/apps/accounts", { body: { settings: { trustedDevices: true } } });
    await addDatabases();
    const from = await shardOf(BUCKET);
    to = (from + 1) % DATABASES.length;
    const [one, other] = [DATABASES[from]?.d1, DATABASES[to]?.d1];
    if (!one || !other) throw new Error("no such database");
    [source, target] = [one, other];
  });

  it("are in these tables, and there are no others", () => {
    expect([...Object.keys(OF_USERS), ...STAYS].toSorted()).toEqual(
      expect.arrayContaining(tableNames()),
    );
  });

  it.each([
    { users: 1, of: "one user", steps: 1 },
    { users: 450, of: "more users than one step takes", steps: 3 },
  ])("all arrive, and none stays: $of", async ({ users, steps }) => {
    await fill(users);
    const before = await rowsIn(source);
    expect(countsOf(before).every((count) => count >= users)).toBe(true);
    const taken = await moveBucket(BUCKET, to);
    expect(await rowsIn(target)).toEqual(before);
    expect(countsOf(await rowsIn(source)).every((count) => count === 0)).toBe(true);
    expect(taken.filter(({ rows, state }) => rows > 0 && state !== "deleting").length).toBe(steps);
  });

  it("are copied anew if the copy is not the same", async () => {
    await fill(2);
    const before = await rowsIn(source);
    const [step] = (await moveUntil(["comparing"], BUCKET, to)).slice(-1);
    await target.prepare("UPDATE sessions SET revoked_at = NULL").run();
    const again = await stepOf(BUCKET, to, { cursor: step?.cursor ?? null });
    expect(await again.json()).toMatchObject({ state: "copying", cursor: null });
    await moveBucket(BUCKET, to);
    expect(await rowsIn(target)).toEqual(before);
  });

  it.each(["DELETE FROM sessions", "DELETE FROM challenges WHERE attempts = 0"])(
    "do not change hands if some are gone that were compared before: %s",
    async (sql) => {
      await fill(2);
      const before = await rowsIn(source);
      await moveUntil(["comparing"], BUCKET, to);
      await target.prepare(sql).run();
      const cursor = { first: BUCKET, phase: "comparing", position: { part: 5, after: [] } };
      const last = await stepOf(BUCKET, to, { cursor: JSON.stringify(cursor) });
      expect(last.status).toBe(503);
      await moveBucket(BUCKET, to);
      expect(await rowsIn(target)).toEqual(before);
    },
  );
});
