/** The trace that a request belongs to (W3C Trace Context, level 2), which what it causes belongs to as well. */

import type { Trace } from "../../env";

/** A later version has more behind the flags, and this one nothing (§3.2, §4.3). */
const FORM = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-([\da-f]{2})(-.*)?$/;

/** Reads the header `traceparent`. Null for one that is not valid, as if there were none (§3.2.2.4). */
export function readTrace(header: string | undefined): Trace | null {
  const [, version, traceId, flags, rest] = FORM.exec(header ?? "") ?? [];
  if (traceId === undefined || flags === undefined) return null;
  return version === "00" && rest !== undefined ? null : { traceId, flags };
}

/** The header for a call that is made on the way: it has an id of its own. */
export function traceHeaders(trace: Trace | null): { traceparent?: string } {
  if (trace === null) return {};
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return { traceparent: `00-${trace.traceId}-${bytes.toHex()}-${trace.flags}` };
}
