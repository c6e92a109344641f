/** That no test sees what another one left. Each pair is one that leaves, and one that looks. */

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { DATABASES, everywhere } from "./databases";
import { admin, bearer, call, elapse, ORIGIN, send } from "./service";
import { rows } from "./security/support";
import { tableNames } from "./storage";

const LIMITERS = ["ADDRESS_LIMIT", "FAILURE_LIMIT", "KEY_LIMIT", "USER_LIMIT"] as const;
const CALLER = { "cf-connecting-ip": "198.51.100.9" };

/** Of the migrations alone. */
let start: Record<string, unknown[]>;

const schema = () => rows("SELECT type, name, sql FROM sqlite_master ORDER BY name");

/** All rows of every table, of copies too. */
async function contents(): Promise<Record<string, unknown[]>> {
  const found = tableNames().map(async (table) => {
    const read = DATABASES.map(({ d1 }) => d1.prepare(`SELECT * FROM ${table}`).all());
    return [table, (await Promise.all(read)).flatMap(({ results }) => results)] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

async function fill(d1: D1Database, table: string): Promise<void> {
  const { results } = await d1.prepare(`SELECT name FROM pragma_table_info('${table}')`).all();
  const names = results.map(({ name }) => name).join(", ");
  const sevens = results.map(() => 7777).join(", ");
  await d1.prepare(`INSERT INTO ${table} (${names}) VALUES (${sevens})`).run();
}

describe("rows", () => {
  it("are left in every table", async () => {
    start = await contents();
    expect(Object.keys(start).length).toBeGreaterThan(20);
    for (const { d1 } of DATABASES) {
      for (const table of Object.keys(start)) await fill(d1, table);
    }
    await everywhere.exec("UPDATE apps SET name = 'Left', deleted_at = 1 WHERE id = 'accounts'");
    const left = await contents();
    for (const [table, before] of Object.entries(start)) {
      expect(left[table]).toHaveLength(before.length + DATABASES.length);
    }
  });

  it("are not found: there is what the migrations insert, and nothing else", async () => {
    expect(await contents()).toEqual(start);
    const { apps, d1_migrations: migrations, placements, shards, ...others } = await contents();
    const accounts = expect.objectContaining({ id: "accounts", name: "Accounts" });
    expect(apps).toEqual(DATABASES.map(() => accounts));
    expect(migrations).toHaveLength(env.TEST_MIGRATIONS.length * DATABASES.length);
    expect(placements?.length).toBeGreaterThan(0);
    expect(shards).toHaveLength(DATABASES.length - 1);
    for (const found of Object.values(others)) expect(found).toEqual([]);
  });
});

describe("tables", () => {
  let before: unknown;

  it("are dropped, made and given triggers", async () => {
    before = await schema();
    await everywhere.exec("DROP TABLE sessions");
    await everywhere.exec("CREATE TABLE left_here (id INTEGER)");
    await everywhere.exec(
      "CREATE TRIGGER back AFTER DELETE ON users BEGIN INSERT INTO left_here VALUES (1); END",
    );
    expect(await schema()).not.toEqual(before);
  });

  it("are those of the migrations again", async () => {
    expect(await schema()).toEqual(before);
    expect(Object.keys(await contents())).toEqual(Object.keys(start));
    expect(await rows("SELECT * FROM users")).toEqual([]);
  });
});

describe("keys of KV", () => {
  it("are left, more than are taken away at once", async () => {
    const names = Array.from({ length: 120 }, (_, at) => `challenge:${at}`);
    await Promise.all(names.map((name) => env.KV.put(name, "left")));
    expect((await env.KV.list()).keys).toHaveLength(120);
  });

  it("are not found", async () => {
    expect((await env.KV.list()).keys).toEqual([]);
    expect(await env.KV.get("challenge:7")).toBeNull();
  });
});

describe("limits of the platform", () => {
  const tries = async () => {
    const answers = LIMITERS.map((name) => env[name].limit({ key: "everybody" }));
    return (await Promise.all(answers)).map(({ success }) => success);
  };

  it("are used up", async () => {
    const headers = { ...bearer("junk"), ...CALLER };
    // More than two minutes' worth: the platform's minute may begin in between.
    for (let at = 0; at < 62; at++) await call("GET", "/v1/users/ada", { headers });
    for (let at = 0; at < 62; at++) await env.FAILURE_LIMIT.limit({ key: "everybody" });
    expect(await tries()).toEqual([true, false, true, true]);
  });

  it("are whole again", async () => {
    expect(await tries()).toEqual([true, true, true, true]);
    const response = await call("GET", "/v1/users/ada", {
      headers: { ...bearer("junk"), ...CALLER },
    });
    expect(response.status).toBe(401);
  });
});

describe("what the Worker remembers", () => {
  const origin = "https://left.example";
  const ask = async () => {
    const headers = { origin, "access-control-request-method": "POST", ...CALLER };
    const request = new Request(`${ORIGIN}/auth/login`, { method: "OPTIONS", headers });
    return (await send(request)).headers.get("access-control-allow-origin");
  };

  it("is an origin, for half a minute, and that the keyring is good", async () => {
    const settings = { allowedOrigins: [origin] };
    await admin("PATCH", "/apps/accounts", { body: { settings } });
    expect(await ask()).toBe(origin);
    await everywhere.exec("UPDATE apps SET settings = '{}'");
    await everywhere.exec("DELETE FROM keyring_keys");
    expect(await ask()).toBe(origin);
    await admin("GET", "/apps");
    expect(await rows("SELECT id FROM keyring_keys")).toEqual([]);
  });

  it("is forgotten: both are asked for", async () => {
    expect(await ask()).toBeNull();
    await admin("GET", "/apps");
    expect(await rows("SELECT id FROM keyring_keys")).toEqual([{ id: "test" }]);
  });
});

describe("the clock", () => {
  it("is moved", () => {
    elapse(3600);
    expect(new Date().toISOString()).toBe("2026-10-01T13:00:10.000Z");
  });

  it("is set", () => {
    expect(new Date().toISOString()).toBe("2026-10-01T12:00:10.000Z");
  });
});
