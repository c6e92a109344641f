/**
 * Reads the audit trail: the events in the database, and then those that have been archived. A page
 * is of one or the other. Only a page without any event from the database waits for the archive.
 */

import { statement } from "../../db/statement";
import type { Archive, Database, Deps } from "../../env";
import {
  before,
  endOf,
  listOver,
  lookAtEnd,
  positionsIn,
  toListing,
  type Listing,
  type ListingRequest,
} from "../listing";
import { listArchived } from "./archived";
import {
  EVENT_COLUMNS,
  EVENTS_LOOKED_AT,
  LAST_ARCHIVED,
  toRecord,
  type AuditFilter,
  type AuditRecord,
  type EventRow,
  type Span,
} from "./record";

export type AuditRequest = AuditFilter & ListingRequest;

/**
 * The newest events of a span of time. An event's id is its time in microseconds, so that a span of
 * time is a span of the primary key.
 */
const window = <const Condition extends string>(condition: Condition) =>
  `
  SELECT id AS n, * FROM audit_events WHERE ${condition} id >= :from AND id < :to
  ORDER BY id DESC LIMIT ${EVENTS_LOOKED_AT}` as const;
const list = <const Candidates extends string>(candidates: Candidates) => ({
  select: statement(`
  SELECT ${EVENT_COLUMNS} FROM (${candidates})
  WHERE (:appId IS NULL OR app_id = :appId) AND (:type IS NULL OR type = :type)
    AND (:outcome IS NULL OR outcome = :outcome)
  ORDER BY id DESC LIMIT :limit + 1`),
  end: lookAtEnd(candidates),
});
const LIST = { all: list(window("")), ofUser: list(window("user_id = :userId AND")) };

/** The newest event of all, and the newest one in the archive. */
const EDGES = statement(`
  SELECT (SELECT max(id) FROM audit_events) AS newest,
    ${LAST_ARCHIVED} AS archived`);

/** Events below `archivedBelow` are in the archive for good. 0 if that is not known. */
type Following = Listing<AuditRecord> & { newest: string; archivedBelow: number };

interface Edges {
  newest: number | null;
  archived: number | null;
}

/**
 * Lists events, newest first. A page is short if it has looked at as many events as it may, or where
 * the archive begins; the next page goes on from there. Throws what `listArchived` throws.
 */
export async function listEvents(
  deps: Deps,
  archive: Archive,
  request: AuditRequest,
): Promise<Listing<AuditRecord>> {
  const { items, nextCursor } = await followEvents(deps, archive, request);
  return { items, nextCursor };
}

/**
 * Lists the same events, and gives the id of the newest event of all. Ids only grow, so a caller
 * who asks again from that id misses no event, and events that do not fit the filter are not read
 * again.
 */
export async function followEvents(
  deps: Deps,
  archive: Archive,
  request: AuditRequest,
): Promise<Following> {
  if (deps.shards.all.length > 1) return followEverywhere(deps, archive, request);
  const { page, edges } = await listFromDatabase(deps, request);
  const newest = String(edges.newest ?? edges.archived ?? 0);
  const span = spanOf(request);
  const end = Math.min(span.to, (edges.archived ?? -1) + 1);
  const found = { ...page, newest, archivedBelow: end };
  if (page.nextCursor !== null || end <= span.from) return found;
  if (page.items.length > 0) return { ...found, nextCursor: String(end) };
  const older = { filter: request, span: { from: span.from, to: end }, limit: request.limit };
  return { ...found, ...(await listArchived({ deps, archive }, older)) };
}

/**
 * Lists the same events page after page, to the end. Once a page has come to the archive, the next
 * ones need no look at the database. They have whole objects, and therefore their own limit.
 */
export async function* readPages(
  deps: Deps,
  archive: Archive,
  request: AuditRequest,
): AsyncGenerator<Listing<AuditRecord>> {
  let archivedBelow = 0;
  for (let cursor: string | null | undefined = request.cursor; cursor !== null;) {
    const rest: AuditRequest = { ...request, cursor };
    if (Number(cursor) <= archivedBelow) {
      const older = { filter: rest, span: spanOf(rest), limit: EVENTS_LOOKED_AT };
      const page = await listArchived({ deps, archive }, older);
      yield page;
      cursor = page.nextCursor;
    } else {
      const page = await followEvents(deps, archive, rest);
      yield page;
      ({ nextCursor: cursor, archivedBelow } = page);
    }
  }
}

/** Lists the newest events that are in the database. */
export async function listRecentEvents(deps: Deps, request: AuditRequest): Promise<AuditRecord[]> {
  if (deps.shards.all.length > 1) return (await listFromAll(deps, request)).items;
  return (await listFromDatabase(deps, request)).page.items;
}

/**
 * Everything is read in one transaction. An event that is being archived is thus either in the page
 * or not newer than `edges.archived`.
 */
async function listFromDatabase(
  deps: Deps,
  request: AuditRequest,
): Promise<{ page: Listing<AuditRecord>; edges: Edges }> {
  const { rows, end, edges } = await lookInto(deps, request);
  return { page: await toListing(rows, request.limit, async () => end), edges };
}

/** The rows of a page, and where the next one goes on if these are all. */
async function lookInto({ db }: Pick<Deps, "db">, request: AuditRequest) {
  const { select, end } = request.userId === undefined ? LIST.all : LIST.ofUser;
  const values = valuesOf(request);
  const [found, edge, windowEnd] = await db.$client.batch<never>([
    select({ db }, values),
    EDGES({ db }, {}),
    ...(isSelective(request) ? [end({ db }, values)] : []),
  ]);
  const events: EventRow[] = found?.results ?? [];
  const rows = events.map((row) => ({ ...toRecord(row), cursor: row.id }));
  const goOn = endOf(windowEnd?.results ?? [], EVENTS_LOOKED_AT);
  const [edges = { newest: null, archived: null }]: Edges[] = edge?.results ?? [];
  return { rows, end: goOn, edges };
}

/**
 * Lists the events of several databases, and then those that were archived when there was one: they are the
 * oldest. A cursor into these has ended in every database, and has one position more.
 */
async function followEverywhere(
  deps: Deps,
  archive: Archive,
  request: AuditRequest,
): Promise<Following> {
  const { all, control: db } = deps.shards;
  const positions = positionsIn(request.cursor, all.length + 1);
  if (positions.length <= all.length) return listFromAll(deps, request);
  const { cursor: _cursor, ...filter } = request;
  const { from, to } = spanOf({ ...filter, after: afterIn(request, 0) });
  const span = { from, to: Math.min(to, positions[all.length] ?? 0) };
  const source = { deps: { ...deps, db }, archive };
  const { items, nextCursor } = await listArchived(source, { filter, span, limit: request.limit });
  const next = nextCursor === null ? null : behindAll(all.length, nextCursor);
  return { items, nextCursor: next, newest: "0", archivedBelow: 0 };
}

function behindAll(databases: number, position: number | string): string {
  return [...Array.from({ length: databases }, () => 0), position].join(".");
}

/**
 * Lists what is in several databases. Events stay in the one where they were written, also those of a user who
 * has been moved. `newest` has an id for each database.
 */
async function listFromAll({ shards }: Deps, request: AuditRequest): Promise<Following> {
  const newest = shards.all.map(() => 0);
  let archived = 0;
  const look = async (db: Database, below: number) => {
    const at = shards.all.indexOf(db);
    const own = { ...request, cursor: String(below), after: afterIn(request, at) };
    const { rows, end, edges } = await lookInto({ db }, own);
    newest[at] = edges.newest ?? 0;
    archived = Math.max(archived, edges.archived ?? 0);
    return { rows, end: async () => end };
  };
  const listed = await listOver(shards.all, request, look, ({ id }) => id);
  const isMore =
    listed.nextCursor !== null ||
    archived < spanOf({ ...request, after: afterIn(request, 0), cursor: undefined }).from;
  const nextCursor = isMore ? listed.nextCursor : behindAll(shards.all.length, archived + 1);
  return { ...listed, nextCursor, newest: newest.join("."), archivedBelow: 0 };
}

/** One number counts for every database. */
function afterIn({ after }: AuditFilter, shard: number): number {
  const given = String(after ?? 0).split(".");
  return Number(given.length === 1 ? given[0] : (given[shard] ?? 0));
}

/** Whether the page may pass over events, so that it can be short before the end. */
function isSelective({ appId, type, outcome }: AuditFilter): boolean {
  return [appId, type, outcome].some((value) => value !== undefined);
}

function valuesOf(request: AuditRequest) {
  const { userId = null, appId = null, type = null, outcome = null, limit } = request;
  return { ...spanOf(request), userId, appId, type, outcome, limit };
}

function spanOf({ since, until, after, cursor }: AuditRequest): Span {
  const from = Math.max((since?.getTime() ?? 0) * 1000, Number(after ?? 0) + 1);
  const to = Math.min(until ? until.getTime() * 1000 : Infinity, before(cursor));
  return { from, to };
}
