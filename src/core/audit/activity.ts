/**
 * What the console's first page shows. It reads a bounded number of rows however busy the service
 * is: the newest audit events by their primary key, and the newest users. It does not tell how many
 * users are capped, because D1 would have to read every user to count them.
 */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { EVENT_COLUMNS, LAST_ARCHIVED, toRecord, type AuditRecord, type EventRow } from "./record";

/** How many audit events one look at the activity reads at most. */
export const EVENTS_READ = 20_000;
/** How many apps are counted at most, including deleted ones. */
export const APPS_READ = 1000;
/** How many users are counted at most. */
export const USERS_COUNTED = 10_000;
const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

/** The spans that a chart can show, in equal parts by the clock. */
export const SPANS = {
  "24h": { part: HOUR, parts: 24 },
  "7d": { part: DAY, parts: 7 },
  "30d": { part: DAY, parts: 30 },
} as const;
export type Span = keyof typeof SPANS;

/** What happened in one hour or on one day. */
export interface PartOfActivity {
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

type Series = Exclude<keyof PartOfActivity, "from">;

export interface Activity {
  /** The last hours or days by the clock of the time zone, oldest first, with the current one. */
  parts: PartOfActivity[];
  /** False if there were more events than are read, or if some have been archived. */
  complete: boolean;
  /** The numbers are complete from this time on. */
  completeSince: Date;
}

/** `atLeast` says that there may be more. */
export interface Count {
  count: number;
  atLeast: boolean;
}

export interface Overview {
  activity: Activity;
  apps: Count;
  /** Users, and how many of those that were counted have a second factor. */
  users: Count & { twoFactor: number };
  /** Users of whom a code was accepted in the last 24 hours. */
  activeUsers: Count;
  lockedUsers: Count;
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

/**
 * Counts by part. The clock of the time zone is ahead of UTC by `:ahead` milliseconds. D1 binds
 * every number as a floating one, so the quotient is cut off explicitly.
 */
const COUNT_BY_PART = statement(`
  SELECT CAST((id / 1000 + :ahead) / :part AS INTEGER) AS part, type, outcome, count(*) AS count, min(id) AS oldest
  FROM (${newest("id, type, outcome")}) GROUP BY part, type, outcome`);

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

const COUNT_USERS = statement(`
  SELECT count(*) AS read, count(*) AS count, total(two_factor) AS twoFactor FROM (
    SELECT EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = u.id AND t.state = 'active') AS two_factor
    FROM users u WHERE u.rowid > 0 AND u.app_id NOT IN (SELECT app_id FROM deleted_apps)
    ORDER BY u.rowid DESC LIMIT ${USERS_COUNTED})`);

const COUNT_ACTIVE = statement(`
  SELECT count(*) AS read,
    count(DISTINCT iif(outcome = 'success' AND type IN ('code.verified', 'challenge.answered'), user_id, NULL)) AS count
  FROM (${newest("type, outcome, user_id")})`);

const LATEST = statement(`
  SELECT ${EVENT_COLUMNS} FROM audit_events WHERE id > 0 ORDER BY id DESC LIMIT :limit`);

const ARCHIVED = statement(`SELECT ${LAST_ARCHIVED} AS archived`);

interface Counted {
  part: number;
  type: string;
  outcome: string;
  count: number;
  oldest: number;
}

interface Bounded {
  read: number;
  count: number;
  twoFactor?: number;
}

/** What of the activity is asked for. `ahead` is the time zone's difference from UTC. */
export interface Period {
  span: Span;
  aheadMilliseconds: number;
}

/** Loads the overview and the newest `limit` events, in one round trip to each database. */
export async function loadOverview(
  { shards, now }: Pick<Deps, "shards" | "now">,
  period: Period,
  limit: number,
): Promise<Overview> {
  const at = now.getTime();
  const since = startOf(period, at);
  const looks = await Promise.all(
    shards.all.map((db) => look({ db }, { period, since, at, limit })),
  );
  // Every database has a copy of the apps.
  const [control] = looks;
  return {
    activity: toActivity(looks, period, since),
    apps: toCount(control ? [control.apps] : [], APPS_READ),
    users: {
      ...toCount(
        looks.map(({ users }) => users),
        USERS_COUNTED,
      ),
      twoFactor: looks.reduce((sum, { users: [row] }) => sum + (row?.twoFactor ?? 0), 0),
    },
    activeUsers: toCount(
      looks.map(({ active }) => active),
      EVENTS_READ,
    ),
    lockedUsers: toCount(
      looks.map(({ locked }) => locked),
      EVENTS_READ,
    ),
    latest: looks
      .flatMap(({ latest }) => latest.map(toRecord))
      .toSorted((a, b) => b.id - a.id)
      .slice(0, limit),
  };
}

interface Look {
  counted: Counted[];
  apps: Bounded[];
  users: Bounded[];
  active: Bounded[];
  locked: Bounded[];
  latest: EventRow[];
  archived: number;
}

async function look(
  deps: Pick<Deps, "db">,
  asked: { period: Period; since: number; at: number; limit: number },
): Promise<Look> {
  const { period, since, at, limit } = asked;
  const { part } = SPANS[period.span];
  const [counted, apps, users, active, locked, latest, edge] = await deps.db.$client.batch<never>([
    COUNT_BY_PART(deps, { since, part, ahead: period.aheadMilliseconds }),
    COUNT_APPS(deps, {}),
    COUNT_USERS(deps, {}),
    COUNT_ACTIVE(deps, { since: at - DAY }),
    COUNT_LOCKED(deps, { since: at - HOUR, now: at }),
    LATEST(deps, { limit }),
    ARCHIVED(deps, {}),
  ]);
  const edges: { archived: number | null }[] = edge?.results ?? [];
  return {
    archived: edges[0]?.archived ?? 0,
    counted: counted?.results ?? [],
    apps: apps?.results ?? [],
    users: users?.results ?? [],
    active: active?.results ?? [],
    locked: locked?.results ?? [],
    latest: latest?.results ?? [],
  };
}

/** The start of the first of the parts that are shown, in milliseconds. */
function startOf({ span, aheadMilliseconds }: Period, now: number): number {
  const { part, parts } = SPANS[span];
  return (Math.floor((now + aheadMilliseconds) / part) - parts + 1) * part - aheadMilliseconds;
}

/** What all databases counted together. */
function toCount(looks: Bounded[][], most: number): Count {
  const rows = looks.flat();
  return {
    count: rows.reduce((sum, { count }) => sum + count, 0),
    atLeast: rows.some(({ read }) => read === most),
  };
}

function toActivity(
  looks: Pick<Look, "counted" | "archived">[],
  { span, aheadMilliseconds }: Period,
  since: number,
): Activity {
  const { part: length, parts: count } = SPANS[span];
  const first = (since + aheadMilliseconds) / length;
  const parts = Array.from({ length: count }, (_, at) => emptyPart(since + at * length));
  for (const row of looks.flatMap(({ counted }) => counted)) {
    const of = parts[row.part - first];
    const series = SERIES[`${row.type} ${row.outcome}`];
    if (of && series) of[series] += row.count;
  }
  const known = Math.max(...looks.map(knownSince));
  return { parts, complete: known <= since, completeSince: new Date(Math.max(known, since)) };
}

/** From when on a database has everything, in milliseconds: what was read, and is not archived. */
function knownSince({ counted, archived }: Pick<Look, "counted" | "archived">): number {
  const read = counted.reduce((sum, row) => sum + row.count, 0);
  const oldest = read < EVENTS_READ ? 0 : Math.min(...counted.map((row) => row.oldest));
  return Math.ceil(Math.max(oldest, archived + 1) / 1000);
}

function emptyPart(from: number): PartOfActivity {
  const none = { accepted: 0, wrong: 0, refused: 0, lockOuts: 0, enrolments: 0 };
  return { from: new Date(from), ...none };
}
