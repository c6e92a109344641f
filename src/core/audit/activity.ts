/**
 * What happened, hour by hour or day by day, for a chart. Of each database the newest events are
 * read, and no more than so many.
 */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";

/** How many audit events one look at the activity reads at most. */
export const EVENTS_READ = 20_000;
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
export const newest = <Columns extends string>(columns: Columns) =>
  `
  SELECT ${columns} FROM audit_events WHERE id >= :since * 1000 ORDER BY id DESC LIMIT ${EVENTS_READ}` as const;

/**
 * Counts by part. The clock of the time zone is ahead of UTC by `:ahead` milliseconds. D1 binds
 * every number as a floating one, so the quotient is cut off explicitly.
 */
const COUNT_BY_PART = statement(`
  SELECT CAST((id / 1000 + :ahead) / :part AS INTEGER) AS part, type, outcome, count(*) AS count, min(id) AS oldest
  FROM (${newest("id, type, outcome")}) GROUP BY part, type, outcome`);

export interface Counted {
  part: number;
  type: string;
  outcome: string;
  count: number;
  oldest: number;
}

/** What of the activity is asked for. `ahead` is the time zone's difference from UTC. */
export interface Period {
  span: Span;
  aheadMilliseconds: number;
}

/** Counts the events of a period that begins at `since`. The rows are of `Counted`. */
export function countByPart(
  deps: Pick<Deps, "db">,
  { span, aheadMilliseconds: ahead }: Period,
  since: number,
): D1PreparedStatement {
  return COUNT_BY_PART(deps, { since, part: SPANS[span].part, ahead });
}

/** The start of the first of the parts that are shown, in milliseconds. */
export function startOf({ span, aheadMilliseconds }: Period, now: number): number {
  const { part, parts } = SPANS[span];
  return (Math.floor((now + aheadMilliseconds) / part) - parts + 1) * part - aheadMilliseconds;
}

/** What one database knows of a period. */
export interface Seen {
  counted: Counted[];
  /** The id of its newest event in the archive, or 0. */
  archived: number;
}

/** Adds up what all databases have seen since the start of the period. */
export function toActivity(
  looks: Seen[],
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
function knownSince({ counted, archived }: Seen): number {
  const read = counted.reduce((sum, row) => sum + row.count, 0);
  const oldest = read < EVENTS_READ ? 0 : Math.min(...counted.map((row) => row.oldest));
  return Math.ceil(Math.max(oldest, archived + 1) / 1000);
}

function emptyPart(from: number): PartOfActivity {
  const none = { accepted: 0, wrong: 0, refused: 0, lockOuts: 0, enrolments: 0 };
  return { from: new Date(from), ...none };
}
