/** Streams the trail, for keeping it elsewhere or for spreadsheets (`csv.ts`). */

import type { Archive, Deps } from "../../env";
import { MAX_EVENTS } from "./archive-object";
import type { AuditFilter, AuditRecord } from "./record";
import { listEvents, type AuditRequest } from "./trail";

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
 * Streams all of it, from the database and from the archive. It is read a batch at a time, so that
 * memory does not grow with the trail. If something cannot be read, the stream breaks off.
 */
export function exportEvents(
  deps: Deps,
  archive: Archive,
  { filter, format: { header, line } }: { filter: AuditFilter; format: ExportFormat },
): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder();
  let cursor: string | undefined;
  return new ReadableStream({
    start: (controller) => controller.enqueue(utf8.encode(header)),
    async pull(controller) {
      const page = await nextPage(deps, archive, { ...filter, cursor, limit: MAX_EVENTS });
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
async function nextPage(deps: Deps, archive: Archive, request: AuditRequest) {
  let page = await listEvents(deps, archive, request);
  while (page.items.length === 0 && page.nextCursor !== null) {
    page = await listEvents(deps, archive, { ...request, cursor: page.nextCursor });
  }
  return page;
}
