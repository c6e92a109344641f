/**
 * The Worker with a meter on its bindings: round trips to D1, rows read and written as D1 bills them, reads and writes of KV. A GET of
 * /meter answers what there was since the last one. `worker.js` is the Worker's bundle, whichever it is.
 */

import worker from "./worker.js";

const NOTHING = { roundTrips: 0, rowsRead: 0, rowsWritten: 0, kvReads: 0, kvWrites: 0 };

let meter = { ...NOTHING };
let metered;

/** `env` is made once, because the service keeps its configuration by the identity of it. */
// oxlint-disable-next-line import/no-default-export -- A Worker is its module's default export.
export default {
  fetch(request, env, context) {
    if (new URL(request.url).pathname === "/meter") return Response.json(readOff());
    metered ??= { ...env, DB: meteredD1(env.DB), KV: meteredKv(env.KV) };
    return worker.fetch(request, metered, context);
  },
};

function readOff() {
  const read = meter;
  meter = { ...NOTHING };
  return read;
}

function count(...results) {
  meter.roundTrips += 1;
  for (const { meta } of results) {
    meter.rowsRead += meta.rows_read;
    meter.rowsWritten += meta.rows_written;
  }
}

/** The part of D1's API that the Workers use. */
function meteredD1(db) {
  return {
    withSession: (constraint) => meteredD1(db.withSession(constraint)),
    prepare: (sql) => new MeteredStatement(db.prepare(sql)),
    exec: (sql) => db.exec(sql),
    async batch(statements) {
      const results = await db.batch(statements.map(({ statement }) => statement));
      count(...results);
      return results;
    },
  };
}

class MeteredStatement {
  constructor(statement) {
    this.statement = statement;
  }

  bind(...values) {
    return new MeteredStatement(this.statement.bind(...values));
  }

  async all() {
    const result = await this.statement.all();
    count(result);
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

function meteredKv(kv) {
  return {
    get(...given) {
      meter.kvReads += 1;
      return kv.get(...given);
    },
    put(...given) {
      meter.kvWrites += 1;
      return kv.put(...given);
    },
  };
}
