/** Whether the service can answer: D1 decides, KV only makes it faster. */

import { keyringKeys } from "../db/schema";
import type { Deps } from "../env";
import { Problem } from "../problem";

export interface Health {
  status: "ok";
  d1: "ok";
  kv: "ok" | "degraded";
}

/** Throws `unavailable` when D1 does not answer or has not been migrated. */
export async function checkHealth({ db, kv }: Deps): Promise<Health> {
  const [, kvWorks] = await Promise.all([
    db
      .select()
      .from(keyringKeys)
      .limit(1)
      .catch((cause: unknown) => {
        throw new Problem("unavailable", { cause });
      }),
    Promise.try(() => kv.get("health")).then(
      () => true,
      () => false,
    ),
  ]);
  return { status: "ok", d1: "ok", kv: kvWorks ? "ok" : "degraded" };
}
