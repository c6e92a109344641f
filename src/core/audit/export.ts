/** Streams the trail, for keeping it elsewhere or for spreadsheets (`csv.ts`). */

import type { Archive, Deps } from "../../env";
import type { Listing } from "../listing";
import { MAX_EVENTS } from "./archive-object";
import type { AuditFilter, AuditRecord } from "./record";
import { readPages } from "./trail";

/** How an export writes the trail. */
export interface ExportFormat {
  /** What stands before the first event. */
  header: string;
  line: (event: AuditRecord) => string;
  /** What ends an export that is not at the end of the trail. The next one goes on at the cursor. */
  more: (nextCursor: string) => string;
}

/** One JSON document a line. */
export const NDJSON: ExportFormat = {
  header: "",
  line: (event) => `${JSON.stringify(event)}\n`,
  more: (nextCursor) => `${JSON.stringify({ nextCursor })}\n`,
};

/** How many events one export has, about. Opening archived ones takes CPU, of which a request has 30 s. */
export const MOST_EVENTS = 200_000;
/** How many pages it has at most. Each may read 25 objects, and R2 is asked 10,000 times by a request at most. */
export const MOST_PAGES = 100;
/** Of the 1,000 statements that D1 takes from one request (developers.cloudflare.com/d1/platform/limits). */
const MOST_STATEMENTS = 800;
/** A page asks each database so many: fence, events, the edges of the trail, and where a search ended. */
const STATEMENTS_A_PAGE = 4;

/**
 * Streams it from the database and from the archive, a page at a time, so that memory does not grow
 * with the trail. If there is more than one request can carry, the last line says where to go on.
 * Throws what the first page throws. If a later one cannot be read, the stream breaks off.
 */
export async function exportEvents(
  deps: Deps,
  archive: Archive,
  {
    filter,
    format,
  }: { filter: AuditFilter & { cursor?: string | undefined }; format: ExportFormat },
): Promise<ReadableStream<Uint8Array>> {
  const pages = readPages(deps, archive, { ...filter, limit: MAX_EVENTS });
  const texts = textsOf(pages, format, mostPages(deps));
  const utf8 = new TextEncoder();
  let first: IteratorResult<string> | undefined = await texts.next();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = first ?? (await texts.next());
      first = undefined;
      if (done) controller.close();
      else controller.enqueue(utf8.encode(value));
    },
  });
}

function mostPages({ shards: { all } }: Deps): number {
  return Math.min(MOST_PAGES, Math.ceil(MOST_STATEMENTS / STATEMENTS_A_PAGE / all.length));
}

/** A text for each page, also for an empty one. If a pull enqueues nothing, the stream does not pull again. */
async function* textsOf(
  pages: AsyncIterable<Listing<AuditRecord>>,
  { header, line, more }: ExportFormat,
  most: number,
): AsyncGenerator<string> {
  let [count, events] = [0, 0];
  for await (const { items, nextCursor } of pages) {
    count += 1;
    events += items.length;
    const isCut = nextCursor !== null && (count >= most || events >= MOST_EVENTS);
    const lines = items.map(line).join("");
    yield `${count === 1 ? header : ""}${lines}${isCut ? more(nextCursor) : ""}`;
    if (isCut) return;
  }
}
