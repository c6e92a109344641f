/**
 * D1 and KV as they are in production: somewhere else. The statements and keys of the real Worker go over HTTP to `backend.mjs`, so that
 * the CPU of this workerd process is what the Worker itself costs, without a database and a store simulated on the same thread.
 * `worker.js` is the Worker's bundle, whichever it is.
 */

import worker from "./worker.js";

const CONTENT = { "content-type": "application/json" };
const UNLIMITED = { limit: async () => ({ success: true }) };

let remote;

/** `env` is made once, because the service keeps its configuration by the identity of it. */
// oxlint-disable-next-line import/no-default-export -- A Worker is its module's default export.
export default {
  fetch(request, env, context) {
    remote ??= {
      ...env,
      DB: new RemoteD1(env.BACKEND),
      KV: remoteKv(env.BACKEND),
      ADDRESS_LIMIT: UNLIMITED,
      FAILURE_LIMIT: UNLIMITED,
      KEY_LIMIT: UNLIMITED,
      USER_LIMIT: UNLIMITED,
    };
    return worker.fetch(request, remote, context);
  },
};

/** The part of D1's API that the Workers use, in the shape of the runtime's own client: one subrequest for each call. */
class RemoteD1 {
  constructor(backend) {
    this.backend = backend;
  }

  /** It has no copies. */
  withSession() {
    return this;
  }

  prepare(sql) {
    return new RemoteStatement(this, sql, []);
  }

  /** better-auth knows a D1 by it, and never calls it. */
  exec() {
    throw new Error("not needed");
  }

  async batch(statements) {
    const queries = statements.map(({ sql, params }) => ({ sql, params }));
    const body = JSON.stringify(queries);
    const answer = await this.backend.fetch("http://d1/query", {
      method: "POST",
      headers: CONTENT,
      body,
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`D1_ERROR: ${text}`);
    return JSON.parse(text).map(({ columns, rows, changes }) => ({
      success: true,
      meta: { changes, duration: 0, served_by_primary: true },
      results: rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]]))),
    }));
  }
}

class RemoteStatement {
  constructor(d1, sql, params) {
    this.d1 = d1;
    this.sql = sql;
    this.params = params;
  }

  bind(...params) {
    return new RemoteStatement(this.d1, this.sql, params);
  }

  async all() {
    const [result] = await this.d1.batch([this]);
    return result;
  }

  run() {
    return this.all();
  }

  async first() {
    const { results } = await this.all();
    return results[0] ?? null;
  }

  /** What drizzle asks for. */
  async raw() {
    const { results } = await this.all();
    return results.map((row) => Object.values(row));
  }
}

function remoteKv(backend) {
  return {
    async get(key) {
      const answer = await backend.fetch(kvUrl(key));
      const text = await answer.text();
      return answer.status === 200 ? text : null;
    },
    async put(key, value) {
      await backend.fetch(kvUrl(key), { method: "PUT", body: value });
    },
  };
}

function kvUrl(key) {
  return `http://kv/${encodeURIComponent(key)}`;
}
