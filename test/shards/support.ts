/** Moves as `npm run shards` drives them, and looks at where a bucket is. */

import { env } from "cloudflare:workers";
import { currentBindings } from "../bindings";
import { admin } from "../service";

interface Step {
  state: string;
  cursor: string | null;
}

/** Drives a move to its end. Throws the code of a problem. */
export async function moveBucket(
  bucket: string,
  target: number,
  bindings: Env = currentBindings(),
): Promise<void> {
  let cursor: string | null = null;
  for (let steps = 0; steps < 100; steps++) {
    const body: object = { first: bucket, last: bucket, ...(cursor !== null && { cursor }) };
    const answer = await admin("POST", `/shards/DB${target || ""}/moves`, { body, bindings });
    if (answer.status !== 200) throw new Error(`move: ${await answer.text()}`);
    const step = await answer.json<Step>();
    if (step.state === "done") return;
    cursor = step.cursor;
  }
  throw new Error("the move does not end");
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
