/** One attempt: what is sent, and what came back in time and as a whole. */

import { Unavailable } from "./errors.js";

/** In bytes. No answer of the service is as long. */
const LONGEST = 1024 * 1024;

/** As the platform has it. What is not needed of it is not asked for. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Attempt {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | null;
}

export interface Answer {
  readonly status: number;
  /** The content type, without its parameters. */
  readonly mediaType: string;
  /** In seconds. */
  readonly retryAfter: number | null;
  readonly text: string;
}

/**
 * Sends it once. The time limit is for everything, with the body.
 *
 * @throws {Unavailable} if no whole answer came in time.
 */
export async function send(attempt: Attempt, fetch: Fetch, timeoutMs: number): Promise<Answer> {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Unavailable("The answer came too late."));
      stop.abort();
    }, timeoutMs);
  });
  try {
    // The race is for a `fetch` that does not look at the signal.
    return await Promise.race([receive(attempt, fetch, stop.signal), tooLate]);
  } catch (error) {
    throw error instanceof Unavailable ? error : noAnswer(error);
  } finally {
    clearTimeout(timer);
  }
}

async function receive(attempt: Attempt, fetch: Fetch, signal: AbortSignal): Promise<Answer> {
  const { method, url, headers, body } = attempt;
  // Not `error`, which Workers do not have. A redirect is then an answer that is not plain.
  const response = await fetch(url, { method, headers, body, redirect: "manual", signal });
  return {
    status: response.status,
    mediaType: mediaTypeOf(response.headers),
    retryAfter: retryAfterOf(response.headers),
    text: await readText(response.body),
  };
}

async function readText(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let length = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    length += chunk.value.byteLength;
    if (length > LONGEST) {
      // Nobody waits for it: the rest of the answer is of no interest.
      reader.cancel().catch(() => {});
      throw new Unavailable("The answer is too long.");
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
  return text + decoder.decode();
}

function mediaTypeOf(headers: Headers): string {
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  return type.trim().toLowerCase();
}

function retryAfterOf(headers: Headers): number | null {
  const seconds = headers.get("retry-after") ?? "";
  return /^\d{1,9}$/.test(seconds) ? Number(seconds) : null;
}

function noAnswer(cause: unknown): Unavailable {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new Unavailable(`No answer: ${reason}`, { cause });
}
