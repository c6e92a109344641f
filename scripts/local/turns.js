/**
 * D1 in turns. The engine runs the Worker and the database in one thread, and when hundreds of calls are under way at once it goes on with
 * the newest: the oldest wait until nothing else is left to do. So no more are let in than keep it busy, and the others wait in a row.
 */

const MOST_AT_ONCE = 16;
/** Whoever was stopped in the middle never ends a turn: after so long it counts as ended, at the latest when somebody else asks. */
const LONGEST_MS = 10_000;

const running = new Set();
const waiting = [];

/** First come, first served. */
async function inTurn(call) {
  const turn = Promise.withResolvers();
  waiting.push(turn);
  letIn();
  await turn.promise;
  try {
    return await call();
  } finally {
    running.delete(turn);
    letIn();
  }
}

function letIn() {
  const now = Date.now();
  for (const turn of running) {
    if (now - turn.began > LONGEST_MS) running.delete(turn);
  }
  while (running.size < MOST_AT_ONCE && waiting.length > 0) {
    const turn = waiting.shift();
    turn.began = now;
    running.add(turn);
    turn.resolve();
  }
}

/** The same database, as much of it as the Worker uses. */
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
