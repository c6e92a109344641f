/** Sends requests of the service's own, and reads of their answers what is worth keeping. */

import type { Deps } from "../../env";
import { faultOf } from "./target";
import { traceHeaders } from "./trace";

/** Of an answer no more is read. */
export const ANSWER_BYTES = 4096;

export interface Call {
  url: string;
  /** JSON goes out as such, unless they say something else. */
  headers: Readonly<Record<string, string>>;
  body: string;
  /** For all of it, from the connection to the end of the answer. */
  milliseconds: number;
}

/** What came back. Without a status nothing did, and `fault` says why. */
export type Answer =
  | { status: number; body: string; milliseconds: number; fault: null }
  | { status: null; body: ""; milliseconds: number; fault: CallFault };

export type CallFault = "not_allowed" | "no_answer_in_time" | "no_connection";

/** Whether the receiver has taken the message. A redirect is none: it is not followed. */
export function isTaken({ status }: Answer): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** Posts to a URL that somebody has named over the API. Never throws. */
export async function post(deps: Caller & Pick<Deps, "settings">, call: Call): Promise<Answer> {
  if (faultOf(deps.settings, call.url) !== null) return failed("not_allowed", 0);
  return postAnywhere(deps, call);
}

type Caller = Pick<Deps, "elapsed" | "request">;

/** Posts to a URL of the configuration, wherever that is. Never throws. */
export async function postAnywhere({ elapsed, request }: Caller, call: Call): Promise<Answer> {
  const started = elapsed();
  const { signal, ...limit } = startLimit(call.milliseconds);
  try {
    const response = await fetch(call.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "Stepgate",
        ...traceHeaders(request.trace),
        ...call.headers,
      },
      body: call.body,
      redirect: "manual",
      signal,
    });
    const body = await readBeginning(response, signal);
    return { status: response.status, body, milliseconds: elapsed() - started, fault: null };
  } catch {
    return failed(signal.aborted ? "no_answer_in_time" : "no_connection", elapsed() - started);
  } finally {
    limit.end();
  }
}

/** Unlike `AbortSignal.timeout`, it leaves no timer behind, of which an isolate may have 10,000. */
function startLimit(milliseconds: number): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  return { signal: controller.signal, end: () => clearTimeout(timer) };
}

function failed(fault: CallFault, milliseconds: number): Answer {
  return { status: null, body: "", milliseconds, fault };
}

/** A receiver may send without end, or stop in the middle: the signal ends both. */
async function readBeginning({ body }: Response, signal: AbortSignal): Promise<string> {
  if (!body) return "";
  const reader = body.getReader();
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("no answer in time")));
  });
  const [bytes, text] = [new Uint8Array(ANSWER_BYTES), new TextDecoder()];
  let length = 0;
  try {
    while (length < ANSWER_BYTES) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) break;
      const part = value.subarray(0, ANSWER_BYTES - length);
      bytes.set(part, length);
      length += part.length;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
  return text.decode(bytes.subarray(0, length));
}
