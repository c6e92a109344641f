/**
 * What a monitor is told. Counters come from the audit trail: each look counts the events since the last one,
 * and keeps the sums, in one transaction of each database. So a look costs what has happened since, however
 * long the trail is, and two looks at once count nothing twice.
 */

import { statement } from "../../db/statement";
import type { Database, Deps } from "../../env";
import { nameOf } from "../app/publish";
import { kvAnswers } from "../kv";
import { countWaiting } from "../mail/outbox";

/** How many events a look counts in one database at most. What is left, the next one counts. */
export const COUNTED_AT_ONCE = 20_000;

const START = statement(`
  INSERT OR IGNORE INTO cleanup_cursors (name, position)
  SELECT 'metrics', coalesce(max(id), 0) FROM audit_events`);
const POSITION = `(SELECT CAST(position AS INTEGER) FROM cleanup_cursors WHERE name = 'metrics')`;
const NEW = `SELECT id, type, outcome FROM audit_events WHERE id > ${POSITION}
    ORDER BY id LIMIT ${COUNTED_AT_ONCE}`;
const COUNT = statement(`
  INSERT INTO event_counts (type, outcome, count)
  SELECT type, outcome, count(*) FROM (${NEW}) WHERE TRUE GROUP BY type, outcome
  ON CONFLICT (type, outcome) DO UPDATE SET count = count + excluded.count`);
const MOVE = statement(`
  UPDATE cleanup_cursors SET position = coalesce((SELECT max(id) FROM (${NEW})), position) WHERE name = 'metrics'`);
const READ = statement(`SELECT type, outcome, count FROM event_counts ORDER BY type, outcome`);
const LOOK = statement(`
  SELECT (SELECT min(id) FROM audit_events) AS oldest, (SELECT max(id) FROM audit_events) AS newest,
    ${POSITION} AS position`);

const WEBHOOKS = statement(`
  SELECT iif(paused_at IS NOT NULL, 'paused', iif(failing_since IS NOT NULL, 'failing', 'active')) AS state,
    count(*) AS count
  FROM webhook_endpoints WHERE deleted_at IS NULL GROUP BY 1`);
/** More than so many are not counted. */
const MOST = 10_000;
const WAITING = statement(`
  SELECT count(*) AS count FROM (
    SELECT 1 FROM webhook_endpoints e CROSS JOIN webhook_deliveries d INDEXED BY webhook_deliveries_waiting
      ON d.endpoint_id = e.id AND d.state = 'waiting' WHERE e.deleted_at IS NULL LIMIT ${MOST})`);

interface EventCount {
  type: string;
  outcome: string;
  count: number;
}

/** Ids of the oldest and the newest event, and of the last one that was counted. */
interface Seen {
  oldest: number | null;
  newest: number | null;
  position: number;
}

/** A database that did not answer has nothing but its name. */
export interface DatabaseMetrics {
  name: string;
  events: EventCount[];
  /** What it takes. */
  bytes: number;
  /** The ages of the oldest and the newest event in milliseconds; of the latter, negative if the clock is behind. */
  oldest: number;
  newest: number;
  /** Not all events have been counted yet. */
  isBehind: boolean;
}

export interface Metrics {
  databases: (DatabaseMetrics | { name: string; events: null })[];
  kvAnswers: boolean;
  webhooks: Record<"active" | "failing" | "paused", number>;
  messagesWaiting: number;
  /** Null: the database of accounts does not answer. */
  noticesWaiting: number | null;
}

/** Counts and looks. Throws what D1 throws if the first database does not answer. */
export async function readMetrics(deps: Deps): Promise<Metrics> {
  const { all, control: db } = deps.shards;
  const kv = kvAnswers(deps);
  const looks = all.map((one, at) => lookAt(one, at, deps.now));
  const [states, waiting] = await db.$client.batch<{ state: string; count: number }>([
    WEBHOOKS({ db }, {}),
    WAITING({ db }, {}),
  ]);
  const notices = countWaiting(deps).catch(() => null);
  const countOf = (state: string) => states?.results.find((one) => one.state === state)?.count ?? 0;
  return {
    databases: await Promise.all(looks),
    kvAnswers: await kv,
    webhooks: {
      active: countOf("active"),
      failing: countOf("failing"),
      paused: countOf("paused"),
    },
    messagesWaiting: waiting?.results[0]?.count ?? 0,
    noticesWaiting: (await notices)?.count ?? null,
  };
}

async function lookAt(db: Database, at: number, now: Date): Promise<Metrics["databases"][number]> {
  const name = nameOf(at);
  try {
    const statements = [START, COUNT, MOVE, READ, LOOK].map((bind) => bind({ db }, {}));
    const [, , , counts, look] = await db.$client.batch<EventCount & Seen>(statements);
    const events: EventCount[] = counts?.results ?? [];
    const [seen] = look?.results ?? [];
    const ageOf = (id: number | null | undefined) =>
      id ? Math.round(now.getTime() - id / 1000) : 0;
    return {
      name,
      events,
      bytes: look?.meta.size_after ?? 0,
      oldest: ageOf(seen?.oldest),
      newest: ageOf(seen?.newest),
      isBehind: (seen?.newest ?? 0) > (seen?.position ?? 0),
    };
  } catch {
    return { name, events: null };
  }
}
