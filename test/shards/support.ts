/** Moves as `npm run shards` drives them, and looks at where a bucket is. */

import { env } from "cloudflare:workers";
import { currentBindings } from "../bindings";
import { DATABASES } from "../databases";
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
