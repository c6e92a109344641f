/**
 * What the console's first page shows. It reads a bounded number of rows however busy the service
 * is, namely the newest audit events by their primary key. It does not tell how many users there
 * are or how many of them are capped, because D1 would have to read every user to count them.
 */

import type { auditEvents } from "../../db/schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { EVENT_COLUMNS, toRecord, type AuditRecord } from "./trail";

/** How many audit events one look at the activity reads at most. */
export const EVENTS_READ = 20_000;
/** How many apps are counted at most, including deleted ones. */
export const APPS_READ = 1000;
const HOUR = 60 * 60_000;
const HOURS = 24;

/** What happened in one hour. */
export interface HourOfActivity {
  from: Date;
  /** How many codes were right, and how many were wrong. */
  accepted: number;
  wrong: number;
  /**
   * How many refusals were noted, for example of a locked user. At most one a minute and user is
   * noted, so this does not count calls.
   */
  refused: number;
  /** How many locks and caps there were. */
  lockOuts: number;
  enrolments: number;
}

type Series = Exclude<keyof HourOfActivity, "from">;

export interface Activity {
  /** The last 24 hours by the clock (UTC), oldest first. The last one is the current hour. */
  hours: HourOfActivity[];
  /** False if there were more events than are read. */
  complete: boolean;
  /** The numbers are complete from this time on. */
  completeSince: Date;
}

export interface Overview {
  activity: Activity;
  /** `atLeast` says that there may be more. */
  apps: { count: number; atLeast: boolean };
  lockedUsers: { count: number; atLeast: boolean };
  /** The newest events, newest first. */
  latest: AuditRecord[];
}

/** Which events are shown, and in which series they count. */
const SERIES: Readonly<Record<string, Series>> = {
  "code.verified success": "accepted",
  "code.verified failure": "wrong",
  "challenge.answered success": "accepted",
  "challenge.answered failure": "wrong",
  "authenticator.resynchronised success": "accepted",
  "authenticator.resynchronised failure": "wrong",
  "user.refused refused": "refused",
  "user.locked success": "lockOuts",
  "user.capped success": "lockOuts",
  "authenticator.confirmed success": "enrolments",
};

/** Selects the newest events. An event's id is its time in microseconds. */
const newest = <Columns extends string>(columns: Columns) =>
  `
  SELECT ${columns} FROM audit_events WHERE id >= :since * 1000 ORDER BY id DESC LIMIT ${EVENTS_READ}` as const;

const COUNT_BY_HOUR = statement(`
  SELECT id / ${HOUR * 1000} AS hour, type, outcome, count(*) AS count, min(id) AS oldest
  FROM (${newest("id, type, outcome")}) GROUP BY hour, type, outcome`);

const COUNT_APPS = statement(`
  SELECT count(*) AS read, count(*) - count(deleted_at) AS count
  FROM (SELECT deleted_at FROM apps WHERE rowid > 0 ORDER BY rowid DESC LIMIT ${APPS_READ})`);

/**
 * Counts the locked users. No lock lasts longer than an hour, and each lock left an event when it
 * began (`code/commit.ts`).
 */
const COUNT_LOCKED = statement(`
  SELECT count(*) AS read, count(DISTINCT u.id) AS count
  FROM (${newest("type, user_id")}) AS e
  LEFT JOIN users u ON u.id = iif(e.type IN ('user.locked', 'user.capped'), e.user_id, NULL) AND u.locked_until > :now`);

const LATEST = statement(`
  SELECT ${EVENT_COLUMNS} FROM audit_events WHERE id > 0 ORDER BY id DESC LIMIT :limit`);

interface Counted {
  hour: number;
  type: string;
  outcome: string;
  count: number;
  oldest: number;
}

interface Bounded {
  read: number;
  count: number;
}

/** Loads the overview and the newest `limit` events in one round trip. */
export async function loadOverview(deps: Deps, limit: number): Promise<Overview> {
  const at = deps.now.getTime();
  const since = startOf(at);
  const [counted, apps, locked, latest] = await deps.db.$client.batch<never>([
    COUNT_BY_HOUR(deps, { since }),
    COUNT_APPS(deps, {}),
    COUNT_LOCKED(deps, { since: at - HOUR, now: at }),
    LATEST(deps, { limit }),
  ]);
  const events: (typeof auditEvents.$inferSelect)[] = latest?.results ?? [];
  return {
    activity: toActivity(counted?.results ?? [], since),
    apps: toCount(apps?.results ?? [], APPS_READ),
    lockedUsers: toCount(locked?.results ?? [], EVENTS_READ),
    latest: events.map(toRecord),
  };
}

/** The start of the first of the hours that are shown, in milliseconds. */
function startOf(now: number): number {
  return (Math.floor(now / HOUR) - HOURS + 1) * HOUR;
}

function toCount([row]: Bounded[], most: number) {
  return { count: row?.count ?? 0, atLeast: row?.read === most };
}

function toActivity(rows: Counted[], since: number): Activity {
  const hours = Array.from({ length: HOURS }, (_, at) => emptyHour(since + at * HOUR));
  for (const { hour, type, outcome, count } of rows) {
    const of = hours[hour - since / HOUR];
    const series = SERIES[`${type} ${outcome}`];
    if (of && series) of[series] += count;
  }
  const read = rows.reduce((sum, { count }) => sum + count, 0);
  const complete = read < EVENTS_READ;
  const oldest = Math.ceil(Math.min(...rows.map((row) => row.oldest)) / 1000);
  return { hours, complete, completeSince: new Date(complete ? since : oldest) };
}

function emptyHour(from: number): HourOfActivity {
  const none = { accepted: 0, wrong: 0, refused: 0, lockOuts: 0, enrolments: 0 };
  return { from: new Date(from), ...none };
}
