/**
 * D1 in turns. The engine runs the Worker and the database in one thread, and when hundreds of calls are under way it goes on with the newest:
 * the oldest wait until nothing else is left to do. So no more are let in than keep it busy, and the others wait, first come, first served.
 * They look for their turn by themselves, at intervals: a request of a Worker must not wait for a promise of another one.
 */

const MOST_AT_ONCE = 16;
/** About what one call takes. */
const CALL_MS = 1;
/** A request that was given up says no more that its call has ended, or that it does not wait any longer. */
const LONGEST_CALL_MS = 10_000;
const LONGEST_SILENCE_MS = 2000;

/** By when they count as given up, in the order in which they came. */
const running = new Map();
const waiting = new Map();

async function inTurn(call) {
  const turn = Symbol("turn");
  await takeTurn(turn);
  try {
    return await call();
  } finally {
    running.delete(turn);
  }
}

/** Nothing else runs between the look and the taking. */
async function takeTurn(turn) {
  for (let ahead = waiting.size; ; ahead = countAhead(turn)) {
    const free = MOST_AT_ONCE - sizeOf(running);
    if (ahead < free) break;
    waiting.set(turn, Date.now() + LONGEST_SILENCE_MS);
    await scheduler.wait(Math.min((ahead - free + 1) * CALL_MS, LONGEST_SILENCE_MS / 2));
  }
  waiting.delete(turn);
  running.set(turn, Date.now() + LONGEST_CALL_MS);
}

function countAhead(turn) {
  const now = Date.now();
  let ahead = 0;
  for (const [other, until] of waiting) {
    if (other === turn) break;
    if (until < now) waiting.delete(other);
    else ahead += 1;
  }
  return ahead;
}

function sizeOf(turns) {
  const now = Date.now();
  for (const [turn, until] of turns) {
    if (until >= now) break;
    turns.delete(turn);
  }
  return turns.size;
}

/** The same database, as much of it as the Worker uses. There are no copies of it to choose from. */
export function inTurns(db) {
  const turned = {
    prepare: (sql) => new Statement(db.prepare(sql)),
    batch: (statements) => inTurn(() => db.batch(statements.map(({ inner }) => inner))),
    withSession: () => turned,
  };
  return turned;
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
