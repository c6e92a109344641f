/** D1 with a replica that is behind: what a session reads there is the database as it was. */

import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { insertInto, tableNames } from "./storage";

export interface Lagging {
  bindings: Env;
  /** Whether the replica is the nearest copy. Otherwise the primary is. */
  isNear: boolean;
  /** What the replica has been asked. */
  asked: string[];
}

/** What D1 says of itself. */
type Served = { [Name in "served_by_region" | "served_by_primary"]?: D1Meta[Name] | undefined };
const BY_REPLICA: Served = { served_by_region: "APAC", served_by_primary: false };

/** Keeps the database as it is now. The sessions of these bindings read that from now on. */
export async function lagging(served = BY_REPLICA): Promise<Lagging> {
  await applyD1Migrations(env.REPLICA, env.TEST_MIGRATIONS);
  await env.REPLICA.batch(await copyInto(env.REPLICA));
  const DB = new Proxy(env.DB, {
    get(target, member) {
      if (member === "withSession" && made.isNear) return () => replica(made.asked, served);
      return Reflect.get(target, member).bind(target);
    },
  });
  const made: Lagging = { bindings: { ...env, DB }, isNear: true, asked: [] };
  return made;
}

/** The statements that give these tables the rows that the primary has now, and no others. */
export async function copyInto(
  db: D1Database,
  tables = tableNames(),
): Promise<D1PreparedStatement[]> {
  const selects = tables.map((table) => env.DB.prepare(`SELECT * FROM "${table}"`));
  const results = await env.DB.batch<Record<string, unknown>>(selects);
  return tables.flatMap((table, at) => [
    db.prepare(`DELETE FROM "${table}"`),
    ...(results[at]?.results ?? []).map((row) => insertInto(db, table, row)),
  ]);
}

/** A session that was given a replica. It takes reads one by one, which is all that it is for. */
function replica(asked: string[], served: Served): Pick<D1DatabaseSession, "prepare"> {
  return {
    prepare(sql) {
      if (!/^\s*SELECT\b/.test(sql)) throw new Error("a replica was asked to write");
      return reading(env.REPLICA.prepare(sql), served, () => asked.push(sql));
    },
  };
}

function reading(
  statement: D1PreparedStatement,
  served: Served,
  note: () => void,
): D1PreparedStatement {
  return new Proxy(statement, {
    get(target, member) {
      if (member === "bind") {
        return (...values: unknown[]) => reading(target.bind(...values), served, note);
      }
      if (member !== "all") throw new Error(`the replica does not know ${String(member)}`);
      return async () => {
        note();
        const result = await target.all();
        return { ...result, meta: { ...result.meta, ...served } };
      };
    },
  });
}
