/** Reading the audit trail. */

import { and, desc, eq, gt, gte, lt, max } from "drizzle-orm";
import { auditEvents } from "../db/schema";
import type { Deps } from "../env";
import type { AuditType, Outcome } from "./audit";
import { toPage, type Page, type PageRequest } from "./page";

export interface AuditFilter {
  appId?: string | undefined;
  userId?: string | undefined;
  type?: AuditType | undefined;
  outcome?: Outcome | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  /** The id of an event: only newer ones. */
  after?: number | undefined;
}

export type AuditRecord = typeof auditEvents.$inferSelect & { at: Date };

/** Rows that one read of an export takes. */
const EXPORT_BATCH = 500;

/** Newest first. */
export async function listEvents(
  { db }: Deps,
  request: AuditFilter & PageRequest,
): Promise<Page<AuditRecord>> {
  return toEvents(await select(db, request), request);
}

/**
 * The same, and the id of the newest event of all: ids only grow, so that whoever asks on from it
 * misses none, and what does not fit the filter is not read again.
 */
export async function followEvents(
  { db }: Deps,
  request: AuditFilter & PageRequest,
): Promise<Page<AuditRecord> & { newest: number }> {
  const newestOfAll = db.select({ id: max(auditEvents.id) }).from(auditEvents);
  const [[newest], rows] = await db.batch([newestOfAll, select(db, request)]);
  return { ...toEvents(rows, request), newest: newest?.id ?? 0 };
}

function select(db: Deps["db"], { cursor, limit, ...filter }: AuditFilter & PageRequest) {
  return db
    .select()
    .from(auditEvents)
    .where(conditions(filter, cursor))
    .orderBy(desc(auditEvents.id))
    .limit(limit + 1);
}

function toEvents(
  rows: (typeof auditEvents.$inferSelect)[],
  { limit }: PageRequest,
): Page<AuditRecord> {
  return toPage(
    rows.map((row) => ({ ...toRecord(row), cursor: row.id })),
    limit,
  );
}

/** With the time, which is in its id. */
export function toRecord(row: typeof auditEvents.$inferSelect): AuditRecord {
  return { ...row, at: new Date(row.id / 1000) };
}

/**
 * All of it, one JSON document a line, read a batch at a time: memory does not grow with the trail.
 */
export function exportEvents(deps: Deps, filter: AuditFilter): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder();
  let cursor: string | undefined;
  return new ReadableStream({
    async pull(controller) {
      const page = await listEvents(deps, { ...filter, cursor, limit: EXPORT_BATCH });
      const lines = page.items.map((event) => `${JSON.stringify(event)}\n`);
      controller.enqueue(utf8.encode(lines.join("")));
      if (page.nextCursor === null) return controller.close();
      cursor = page.nextCursor;
    },
  });
}

/**
 * An event's id is its time in microseconds, so that a span of time is a span of the primary key.
 */
function conditions(filter: AuditFilter, cursor?: string) {
  const { appId, userId, type, outcome, since, until, after } = filter;
  return and(
    appId === undefined ? undefined : eq(auditEvents.appId, appId),
    userId === undefined ? undefined : eq(auditEvents.userId, userId),
    type === undefined ? undefined : eq(auditEvents.type, type),
    outcome === undefined ? undefined : eq(auditEvents.outcome, outcome),
    since === undefined ? undefined : gte(auditEvents.id, since.getTime() * 1000),
    until === undefined ? undefined : lt(auditEvents.id, until.getTime() * 1000),
    after === undefined ? undefined : gt(auditEvents.id, after),
    cursor === undefined ? undefined : lt(auditEvents.id, Number(cursor)),
  );
}
