/**
 * D1 in turns. The engine runs the Worker and the database in one thread, and when hundreds of calls are under way at once it goes on with
 * the newest: the oldest wait until nothing else is left to do. So no more are let in than keep it busy, and the others wait in a row.
 */

const MOST_AT_ONCE = 16;

let running = 0;
const waiting = [];

/** First come, first served. */
async function inTurn(call) {
  if (running < MOST_AT_ONCE) running += 1;
  else await new Promise((begin) => waiting.push(begin));
  try {
    return await call();
  } finally {
    const begin = waiting.shift();
    if (begin) begin();
    else running -= 1;
  }
}

/** The same database, as much of it as the Worker uses. Whoever calls it must not be stopped while it waits: a turn would never end. */
export function inTurns(db) {
  return {
    prepare: (sql) => new Statement(db.prepare(sql)),
    batch: (statements) => inTurn(() => db.batch(statements.map(({ inner }) => inner))),
  };
}

class Statement {
  constructor(inner) {
    this.inner = inner;
  }

  bind(...values) {
    return new Statement(this.inner.bind(...values));
  }

  all() {
    return inTurn(() => this.inner.all());
  }

  run() {
    return inTurn(() => this.inner.run());
  }

  first(...column) {
    return inTurn(() => this.inner.first(...column));
  }

  raw(...options) {
    return inTurn(() => this.inner.raw(...options));
  }
}
