/** Says whether the service can answer. D1 decides that; KV only makes it faster. */

import { statement } from "../../db/statement";
import type { Database, Deps } from "../../env";
import { Problem } from "../../problem";
import { nameOf } from "../app/publish";
import { kvAnswers } from "../kv";
import { MINUTE } from "../policy";

export interface Readiness {
  status: "ok";
  d1: "ok";
  kv: "ok" | "degraded";
  /** The Worker answers nothing without the keys that its rows need. */
  keyring: "ok";
  /**
   * Behind: something has happened later than it is now. Codes of steps that were spent by then are refused
   * until the clock has caught up.
   */
  clock: "ok" | "behind";
}

/** Events of other isolates may be from a little later. */
const CLOCKS_DIFFER = MINUTE;
/** It fails unless the database is migrated. */
const LOOK = statement(`
  SELECT (SELECT count(*) FROM (SELECT 1 FROM keyring_keys LIMIT 1)) AS keys,
    (SELECT max(id) FROM audit_events) AS newest`);

/**
 * Throws `unavailable` if D1 does not answer or has not been migrated. Where there are several databases, the
 * problem names those.
 */
export async function checkReadiness(deps: Deps): Promise<Readiness> {
  const kv = kvAnswers(deps);
  const { all, control: db } = deps.shards;
  const look = LOOK({ db }, {}).first<{ newest: number | null }>();
  const [found] = await Promise.all([look, all.length > 1 && assertAll(all)]).catch(explain);
  const ahead = (found?.newest ?? 0) / 1000 - deps.now.getTime();
  return {
    status: "ok",
    d1: "ok",
    kv: (await kv) ? "ok" : "degraded",
    keyring: "ok",
    clock: ahead > CLOCKS_DIFFER ? "behind" : "ok",
  };
}

function explain(cause: unknown): never {
  throw cause instanceof Problem ? cause : new Problem("unavailable", { cause });
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
