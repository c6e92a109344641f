/**
 * D1 behind a queue, for the hours of a crowd. The engine runs the Worker and the database in one thread, and when hundreds of calls are under
 * way it goes on with the newest: the oldest wait until nothing else is left to do. So only a few are let in at a time, first come, first
 * served. The queue is a Durable Object, since a request of a Worker must not wait for what another request does.
 */

import { DurableObject } from "cloudflare:workers";

const MOST_AT_ONCE = 16;
/** A call whose request was given up may never say that it has ended: it counts as ended after so long. */
const LONGEST_MS = 10_000;

/** Runs the calls that were not let in directly. `calls` are `[sql, values]`. */
export class DatabaseQueue extends DurableObject {
  running = 0;
  waiting = [];

  batch(calls) {
    return this.inTurn(() => this.env.DB.batch(calls.map((call) => this.prepare(call))));
  }

  raw(call) {
    return this.inTurn(() => this.prepare(call).raw());
  }

  prepare([sql, values]) {
    return this.env.DB.prepare(sql).bind(...values);
  }

  async inTurn(run) {
    if (this.running >= MOST_AT_ONCE) {
      const turn = Promise.withResolvers();
      this.waiting.push(turn);
      await turn.promise;
    } else {
      this.running += 1;
    }
    try {
      return await run();
    } finally {
      const next = this.waiting.shift();
      if (next) next.resolve();
      else this.running -= 1;
    }
  }
}

/** The same database, as much of it as the Worker uses. A call goes through the queue while many are under way, or any are in the queue. */
export function queued({ DB, QUEUE }) {
  const direct = new Set();
  const inQueue = new Set();
  return {
    prepare: (sql) => new Statement(sql, [], go),
    batch: (statements) => go("batch", statements),
  };

  /** `what` is a method of both ways. */
  async function go(what, argument) {
    const isCrowd = count(inQueue) > 0 || count(direct) >= MOST_AT_ONCE;
    const under = isCrowd ? inQueue : direct;
    const call = { began: Date.now() };
    under.add(call);
    try {
      return await (isCrowd ? inOrder(what, argument) : directly(what, argument));
    } finally {
      under.delete(call);
    }
  }

  /** The stub belongs to the request that made it. */
  function inOrder(what, argument) {
    return QUEUE.getByName("all")[what](callsOf(argument));
  }

  function directly(what, argument) {
    if (what === "raw") return prepareIn(DB, argument).raw();
    return DB.batch(argument.map((statement) => prepareIn(DB, statement)));
  }
}

function count(calls) {
  const now = Date.now();
  for (const call of calls) {
    // They lie in the order in which they began.
    if (now - call.began <= LONGEST_MS) break;
    calls.delete(call);
  }
  return calls.size;
}

function callsOf(argument) {
  return Array.isArray(argument) ? argument.map(callOf) : callOf(argument);
}

function callOf({ sql, values }) {
  return [sql, values];
}

function prepareIn(db, { sql, values }) {
  return db.prepare(sql).bind(...values);
}

class Statement {
  constructor(sql, values, go) {
    Object.assign(this, { sql, values, go });
  }

  bind(...values) {
    return new Statement(this.sql, values, this.go);
  }

  async all() {
    const [result] = await this.go("batch", [this]);
    return result;
  }

  run() {
    return this.all();
  }

  async first(column) {
    const { results } = await this.all();
    const row = results[0] ?? null;
    return row && column ? row[column] : row;
  }

  raw() {
    return this.go("raw", this);
  }
}
