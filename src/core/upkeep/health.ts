/** Says whether the service can answer. D1 decides that; KV only makes it faster. */

import { keyringKeys } from "../../db/upkeep-schema";
import type { Database, Deps } from "../../env";
import { Problem } from "../../problem";
import { nameOf } from "../app/publish";
import { kvAnswers } from "../kv";

export interface Health {
  status: "ok";
  d1: "ok";
  kv: "ok" | "degraded";
}

/**
 * Throws `unavailable` if D1 does not answer or has not been migrated. Where there are several databases, the
 * problem names those.
 */
export async function checkHealth(deps: Deps): Promise<Health> {
  const kv = kvAnswers(deps);
  const { all, control } = deps.shards;
  const d1 = control.select().from(keyringKeys).limit(1);
  await (all.length === 1 ? d1 : assertAll(all)).catch((cause: unknown) => {
    if (cause instanceof Problem) throw cause;
    throw new Problem("unavailable", { cause });
  });
  return { status: "ok", d1: "ok", kv: (await kv) ? "ok" : "degraded" };
}

const LAST_MIGRATION = `SELECT max(name) AS last FROM d1_migrations`;

async function assertAll(all: readonly Database[]): Promise<void> {
  const looks = await Promise.allSettled(
    all.map((db) => db.$client.prepare(LAST_MIGRATION).first<string>("last")),
  );
  const lasts = looks.map((look) => (look.status === "fulfilled" ? look.value : null));
  const newest = lasts
    .filter((last) => last !== null)
    .toSorted()
    .at(-1);
  const faults = looks.flatMap((look, at) => {
    if (look.status === "rejected") return [`${nameOf(at)} does not answer`];
    return look.value === newest ? [] : [`${nameOf(at)} is not migrated`];
  });
  if (faults.length === 0) return;
  throw new Problem("unavailable", { detail: `${faults.join(", ")}.`, retryAfter: 60 });
}
