/** Reads the audit trail. */

import type { auditEvents } from "../../db/schema";
import { statement } from "../../db/statement";
import type { Database, Deps } from "../../env";
import type { AuditType, Outcome } from "./event";
import { listOver, windowEnd, type Listing, type ListingRequest } from "../listing";

export interface AuditFilter {
  appId?: string | undefined;
  userId?: string | undefined;
  type?: AuditType | undefined;
  outcome?: Outcome | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  /** The id of an event, or what `followEvents` gave as `newest`. Only newer events are listed. */
  after?: string | number | undefined;
}

export type AuditRecord = typeof auditEvents.$inferSelect & { at: Date };

/** How many events one page of an export has. */
const EXPORT_BATCH = 500;
/** How many events one page looks at. Only the events of one user have an index. */
export const EVENTS_LOOKED_AT = 10_000;

export const EVENT_COLUMNS = `id, app_id AS appId, user_id AS userId, type, outcome, reason, actor,
    authenticator_id AS authenticatorId, ip, user_agent AS userAgent, request_id AS requestId, note`;

/**
 * The newest events of a span of time. An event's id is its time in microseconds, so that a span of
 * time is a span of the primary key.
 */
const window = (condition: string) => `
  SELECT id AS n, * FROM audit_events WHERE ${condition} id >= :from AND id < :to
  ORDER BY id DESC LIMIT ${EVENTS_LOOKED_AT}`;
const list = (candidates: string) => ({
  candidates,
  select: statement(`
  SELECT ${EVENT_COLUMNS} FROM (${candidates})
  WHERE (:appId IS NULL OR app_id = :appId) AND (:type IS NULL OR type = :type)
    AND (:outcome IS NULL OR outcome = :outcome)
  ORDER BY id DESC LIMIT :limit + 1`),
});
const LIST = { all: list(window("")), ofUser: list(window("user_id = :userId AND")) };
const NEWEST = statement(`SELECT max(id) AS newest FROM audit_events`);

type EventRow = typeof auditEvents.$inferSelect;

/**
 * Lists events, newest first. A page is short if it has looked at as many events as it may; the
 * next page goes on from there. Events stay in the database where they were written, also those of a user
 * who has been moved, so every database is asked.
 */
export function listEvents(
  { shards }: Pick<Deps, "shards">,
  request: AuditFilter & ListingRequest,
): Promise<Listing<AuditRecord>> {
  const look = async (db: Database, before: number) => {
    const { statement: select, ...window } = windowOf(shards, request, { db, before });
    const { results } = await select.all<EventRow>();
    return { rows: results.map(toListed), ...window };
  };
  return listOver(shards.all, request, look, ({ id }) => id);
}

/**
 * Lists the same events, and gives the id of the newest event of each database. Ids only grow there, so a
 * caller who asks again from these misses no event, and events that do not fit the filter are not read
 * again.
 */
export async function followEvents(
  { shards }: Pick<Deps, "shards">,
  request: AuditFilter & ListingRequest,
): Promise<Listing<AuditRecord> & { newest: string }> {
  const newest = shards.all.map(() => 0);
  const look = async (db: Database, before: number) => {
    const { statement: select, ...window } = windowOf(shards, request, { db, before });
    const [last, found] = await db.$client.batch<never>([NEWEST({ db }, {}), select]);
    const known: { newest: number | null }[] = last?.results ?? [];
    newest[shards.all.indexOf(db)] = known[0]?.newest ?? 0;
    const events: EventRow[] = found?.results ?? [];
    return { rows: events.map(toListed), ...window };
  };
  const listed = await listOver(shards.all, request, look, ({ id }) => id);
  return { ...listed, newest: newest.join(".") };
}

/** The statement for one database, and where a window of it ends. */
function windowOf(
  { all }: Deps["shards"],
  request: AuditFilter & ListingRequest,
  { db, before }: { db: Database; before: number },
) {
  const { select, candidates } = request.userId === undefined ? LIST.all : LIST.ofUser;
  const { appId = null, type = null, outcome = null, limit } = request;
  const span = spanOf(request, afterIn(request, all.indexOf(db)), before);
  return {
    statement: select({ db }, { ...span, appId, type, outcome, limit }),
    end: () => windowEnd({ db }, candidates, span, EVENTS_LOOKED_AT),
  };
}

/** One number counts for every database. */
function afterIn({ after }: AuditFilter, shard: number): number {
  const given = String(after ?? 0).split(".");
  return Number(given.length === 1 ? given[0] : (given[shard] ?? 0));
}

function toListed(row: EventRow) {
  return { ...toRecord(row), cursor: row.id };
}

function spanOf({ userId, since, until }: AuditFilter, after: number, before: number) {
  const from = Math.max((since?.getTime() ?? 0) * 1000, after + 1);
  const to = Math.min(until ? until.getTime() * 1000 : Infinity, before);
  return { userId: userId ?? null, from, to };
}

/** Adds the time of the event, which is in its id. */
export function toRecord(row: EventRow): AuditRecord {
  return { ...row, at: new Date(row.id / 1000) };
}

/** How an export writes the trail: what stands before the first event, and each of them. */
export interface ExportFormat {
  header: string;
  line: (event: AuditRecord) => string;
}

/** One JSON document a line. */
export const NDJSON: ExportFormat = {
  header: "",
  line: (event) => `${JSON.stringify(event)}\n`,
};

/**
 * Streams the whole trail. It is read a batch at a time, so that memory does not grow with the
 * trail.
 */
export function exportEvents(
  deps: Deps,
  filter: AuditFilter,
  { header, line }: ExportFormat = NDJSON,
): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder();
  let cursor: string | undefined;
  return new ReadableStream({
    start: (controller) => controller.enqueue(utf8.encode(header)),
    async pull(controller) {
      const page = await nextPage(deps, { ...filter, cursor });
      const lines = page.items.map(line);
      controller.enqueue(utf8.encode(lines.join("")));
      if (page.nextCursor === null) return controller.close();
      cursor = page.nextCursor;
    },
  });
}

/**
 * Reads the next page with an event in it. If a pull enqueues nothing, the stream does not pull
 * again.
 */
async function nextPage(deps: Deps, request: AuditFilter & Omit<ListingRequest, "limit">) {
  let page = await listEvents(deps, { ...request, limit: EXPORT_BATCH });
  while (page.items.length === 0 && page.nextCursor !== null) {
    page = await listEvents(deps, { ...request, cursor: page.nextCursor, limit: EXPORT_BATCH });
  }
  return page;
}
