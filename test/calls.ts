/** D1 and R2 as the Worker sees them, with something that happens at each call. */

import { env } from "cloudflare:workers";
import type { Bindings } from "../src/env";

/** What is made of a call: it is told its number, from 1, and does it or not. */
export type OnCall = (number: number, make: () => Promise<unknown>) => Promise<unknown>;

const DB_CALLS = ["batch", "all", "run", "first", "raw"];
const BUCKET_CALLS = ["get", "put", "head", "list", "delete"];

/** Bindings of which every call goes through `onCall`, in the order in which they are made. */
export function watched(onCall: OnCall): Bindings {
  let calls = 0;
  const through = (make: () => Promise<unknown>) => onCall(++calls, make);
  const DB = watchDatabase(env.DB, through);
  const ARCHIVE = new Proxy(env.ARCHIVE, {
    get(target, member) {
      const method = Reflect.get(target, member).bind(target);
      if (!BUCKET_CALLS.includes(String(member))) return method;
      return (...values: unknown[]) => through(() => method(...values));
    },
  });
  return { ...env, DB, ARCHIVE };
}

type Through = (make: () => Promise<unknown>) => Promise<unknown>;

const originals = new WeakMap<object, D1PreparedStatement>();

function watchDatabase(db: D1Database, through: Through): D1Database {
  return new Proxy(db, {
    get(target, member) {
      if (member === "prepare") {
        return (sql: string) => watchStatement(target.prepare(sql), through);
      }
      return (statements: D1PreparedStatement[]) =>
        through(() => target.batch(statements.map((one) => originals.get(one) ?? one)));
    },
  });
}

function watchStatement(statement: D1PreparedStatement, through: Through): D1PreparedStatement {
  const wrapped = new Proxy(statement, {
    get(target, member) {
      const method = Reflect.get(target, member).bind(target);
      if (member === "bind")
        return (...values: unknown[]) => watchStatement(method(...values), through);
      if (!DB_CALLS.includes(String(member))) return method;
      return (...values: unknown[]) => through(() => method(...values));
    },
  });
  originals.set(wrapped, statement);
  return wrapped;
}

/** Counts the calls and does them. */
export function counted(): { bindings: Bindings; calls: () => number } {
  let calls = 0;
  const bindings = watched((number, make) => {
    calls = number;
    return make();
  });
  return { bindings, calls: () => calls };
}
