/** Reads the audit trail. */

import type { auditEvents } from "../../db/schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import type { AuditType, Outcome } from "./event";
import { before, toListing, windowEnd, type Listing, type ListingRequest } from "../listing";

export interface AuditFilter {
  appId?: string | undefined;
  userId?: string | undefined;
  type?: AuditType | undefined;
  outcome?: Outcome | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  /** The id of an event. Only newer events are listed. */
  after?: number | undefined;
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
 * next page goes on from there.
 */
export async function listEvents(
  deps: Deps,
  request: AuditFilter & ListingRequest,
): Promise<Listing<AuditRecord>> {
  const { results } = await select(deps, request).all<EventRow>();
  return toEvents(deps, request, results);
}

/**
 * Lists the same events, and gives the id of the newest event of all. Ids only grow, so a caller
 * who asks again from that id misses no event, and events that do not fit the filter are not read
 * again.
 */
export async function followEvents(
  deps: Deps,
  request: AuditFilter & ListingRequest,
): Promise<Listing<AuditRecord> & { newest: number }> {
  const d1 = deps.db.$client;
  const [last, found] = await d1.batch<never>([NEWEST(deps, {}), select(deps, request)]);
  const [{ newest } = { newest: null }]: { newest: number | null }[] = last?.results ?? [];
  return { ...(await toEvents(deps, request, found?.results ?? [])), newest: newest ?? 0 };
}

function listFor({ userId }: AuditFilter) {
  return userId === undefined ? LIST.all : LIST.ofUser;
}

function select({ db }: Deps, request: AuditFilter & ListingRequest): D1PreparedStatement {
  const { appId = null, type = null, outcome = null, limit } = request;
  return listFor(request).select({ db }, { ...spanOf(request), appId, type, outcome, limit });
}

function spanOf({ userId, since, until, after, cursor }: AuditFilter & ListingRequest) {
  const from = Math.max((since?.getTime() ?? 0) * 1000, (after ?? 0) + 1);
  const to = Math.min(until ? until.getTime() * 1000 : Infinity, before(cursor));
  return { userId: userId ?? null, from, to };
}

function toEvents(
  { db }: Deps,
  request: AuditFilter & ListingRequest,
  rows: EventRow[],
): Promise<Listing<AuditRecord>> {
  const { candidates } = listFor(request);
  return toListing(
    rows.map((row) => ({ ...toRecord(row), cursor: row.id })),
    request.limit,
    () => windowEnd({ db }, candidates, spanOf(request), EVENTS_LOOKED_AT),
  );
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
