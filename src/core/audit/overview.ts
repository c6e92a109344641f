/**
 * What the console's first page shows. It reads a bounded number of rows however busy the service
 * is: the newest audit events by their primary key, and the newest users. It does not tell how many
 * users are capped, because D1 would have to read every user to count them.
 */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import {
  countByPart,
  EVENTS_READ,
  newest,
  startOf,
  toActivity,
  type Activity,
  type Period,
  type Seen,
} from "./activity";
import { EVENT_COLUMNS, LAST_ARCHIVED, toRecord, type AuditRecord, type EventRow } from "./record";

/** How many apps are counted at most, including deleted ones. */
export const APPS_READ = 1000;
/** How many users are counted at most. */
export const USERS_COUNTED = 10_000;
const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

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

interface Bounded {
  read: number;
  count: number;
  twoFactor?: number;
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

interface Look extends Seen {
  apps: Bounded[];
  users: Bounded[];
  active: Bounded[];
  locked: Bounded[];
  latest: EventRow[];
}

async function look(
  deps: Pick<Deps, "db">,
  asked: { period: Period; since: number; at: number; limit: number },
): Promise<Look> {
  const { period, since, at, limit } = asked;
  const [counted, apps, users, active, locked, latest, edge] = await deps.db.$client.batch<never>([
    countByPart(deps, period, since),
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

/** What all databases counted together. */
function toCount(looks: Bounded[][], most: number): Count {
  const rows = looks.flat();
  return {
    count: rows.reduce((sum, { count }) => sum + count, 0),
    atLeast: rows.some(({ read }) => read === most),
  };
}
