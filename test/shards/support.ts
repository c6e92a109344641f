/** Moves as `npm run shards` drives them, and looks at where a bucket is. */

import { env } from "cloudflare:workers";
import { currentBindings } from "../bindings";
import { DATABASES, wrapping } from "../databases";
import { admin, elapse } from "../service";

export interface Step {
  state: string;
  rows: number;
  cursor: string | null;
}

/** Asks for one step of a move. */
export function stepOf(
  bucket: string,
  target: number,
  { cursor = null, bindings = currentBindings() }: { cursor?: string | null; bindings?: Env } = {},
): Promise<Response> {
  const body = { first: bucket, last: bucket, ...(cursor !== null && { cursor }) };
  return admin("POST", `/shards/DB${target || ""}/moves`, { body, bindings });
}

/** Drives a move until a step answers one of these states. Throws the code of a problem. */
export async function moveUntil(
  states: string[],
  bucket: string,
  target: number,
  bindings: Env = currentBindings(),
): Promise<Step[]> {
  const steps: Step[] = [];
  while (steps.length < 100) {
    const cursor = steps.at(-1)?.cursor ?? null;
    const answer = await stepOf(bucket, target, { cursor, bindings });
    if (answer.status !== 200) throw new Error(`move: ${await answer.text()}`);
    const step = await answer.json<Step>();
    steps.push(step);
    if (states.includes(step.state)) return steps;
  }
  throw new Error("the move does not end");
}

/** Drives a move to its end. Answers what its steps did. */
export function moveBucket(bucket: string, target: number, bindings?: Env): Promise<Step[]> {
  return moveUntil(["done"], bucket, target, bindings);
}

/** Takes in all databases, long enough ago for users to be moved to them. */
export async function addDatabases(): Promise<void> {
  for (let at = 1; at < DATABASES.length; at++) await admin("PUT", `/shards/DB${at}`);
  elapse(10 * 60);
}

const LOST = "D1_ERROR: Network connection lost.";

type Batch = (statements: D1PreparedStatement[]) => Promise<D1Result[]>;

/** The same database, whose batches are what this makes of them. */
function batching(d1: D1Database, batchOf: (batch: Batch) => Batch): D1Database {
  return new Proxy(d1, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name);
      if (typeof value !== "function") return value;
      return name === "batch" ? batchOf((some) => object.batch(some)) : value.bind(object);
    },
  });
}

/** Bindings on which one database does not answer, or only to single reads. */
export function without(shard: number, { butReads = false } = {}): Env {
  const fail = () => Promise.reject(new Error(LOST));
  const dead = { bind: () => dead, all: fail, run: fail, first: fail, raw: fail };
  return wrapping((d1, at) => {
    if (at !== shard) return d1;
    const failing = batching(d1, () => fail);
    const prepare = (object: D1Database, name: string | symbol): unknown =>
      name === "prepare" && !butReads ? () => dead : Reflect.get(object, name);
    return new Proxy(failing, { get: prepare });
  });
}

/** Bindings on which this batch fails, and the answer to the next is lost after it was carried out. */
export function failingAt(at: number): Env {
  let calls = 0;
  return wrapping((d1) =>
    batching(d1, (batch) => async (statements) => {
      const number = calls++;
      if (number === at) throw new Error(LOST);
      const results = await batch(statements);
      if (number === at + 1) throw new Error(LOST);
      return results;
    }),
  );
}

/** Bindings on which one batch to a database, counted from 0, waits until it is let go. */
export function holding(shard: number, at: number) {
  const [reached, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let calls = 0;
  const hold = (batch: Batch) => async (statements: D1PreparedStatement[]) => {
    if (calls++ === at) {
      reached.resolve();
      await free.promise;
    }
    return batch(statements);
  };
  const bindings = wrapping((d1, number) => (number === shard ? batching(d1, hold) : d1));
  return { bindings, reached: reached.promise, letGo: free.resolve };
}

/** Whether this failed. */
export function ended(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => false,
    () => true,
  );
}

export async function shardOf(bucket: string): Promise<number> {
  const sql = "SELECT shard FROM placements WHERE first <= ?1 AND last >= ?1";
  const shard = await env.DB.prepare(sql).bind(bucket).first<number>("shard");
  if (shard === null) throw new Error(`no database has ${bucket}`);
  return shard;
}

async function restore(...phases: string[]): Promise<void> {
  for (const phase of phases) await admin("POST", "/shards/DB1/restoration", { body: { phase } });
}

/** What causes each event that there is with several databases only. */
export const OF_DATABASES = {
  "database.added": async () => {
    await env.DB.prepare("DELETE FROM shards").run();
    await admin("PUT", "/shards/DB1");
  },
  "database.restored": () => restore("begin", "finish"),
  "database.restoring": () => restore("begin"),
  "range.moved": () => moveBucket("222", 2),
};
