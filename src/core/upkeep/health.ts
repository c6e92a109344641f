/** Says whether the service can answer. D1 decides that; KV only makes it faster. */

import { keyringKeys } from "../../db/upkeep-schema";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { kvAnswers } from "../kv";

export interface Health {
  status: "ok";
  d1: "ok";
  kv: "ok" | "degraded";
}

/** Throws `unavailable` if D1 does not answer or has not been migrated. */
export async function checkHealth(deps: Deps): Promise<Health> {
  const kv = kvAnswers(deps);
  const d1 = deps.db.select().from(keyringKeys).limit(1);
  await d1.catch((cause: unknown) => {
    throw new Problem("unavailable", { cause });
  });
  return { status: "ok", d1: "ok", kv: (await kv) ? "ok" : "degraded" };
}
