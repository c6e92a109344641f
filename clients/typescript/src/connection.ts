/** The way to the service: typed by its API document, and repeated only where that is safe. */

import createClient, { type Client } from "openapi-fetch";
import { readAnswer } from "./answers.js";
import type { paths } from "./api.js";
import { StepgateError, Unavailable } from "./errors.js";
import { type Answer, type Attempt, type Fetch, send } from "./exchange.js";
import { isSigningKey, sign } from "./signature.js";

/** Before the one repetition of what is safe to repeat. */
const PAUSE_MS = 250;

export type Connection = Client<paths, "application/json">;

export interface Way {
  readonly url: string;
  readonly key: string;
  readonly timeoutMs: number;
  readonly fetch: Fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A client whose answers are plain successes. Everything else is thrown as a StepgateError. */
export function connect(way: Way): Connection {
  return createClient<paths, "application/json">({
    baseUrl: way.url,
    headers: { accept: "application/json" },
    fetch: (request) => exchange(request, way),
  });
}

async function exchange(request: Request, way: Way): Promise<Response> {
  const attempt = await attemptOf(request);
  const answer = await (isRepeatable(attempt) ? sendTwice(attempt, way) : sendOnce(attempt, way));
  const body = readAnswer(answer);
  const headers = new Headers();
  if (answer.retryAfter !== null) headers.set("retry-after", String(answer.retryAfter));
  if (body === undefined) return new Response(null, { status: 204 });
  return Response.json(body, { status: answer.status, headers });
}

async function attemptOf(request: Request): Promise<Attempt> {
  const { method, url, headers } = request;
  return { method, url, headers, body: (await request.text()) || null };
}

/** A question, or a creation whose key makes it one. Nothing with a code has such a key. */
function isRepeatable({ method, headers }: Attempt): boolean {
  return method === "GET" || headers.has("idempotency-key");
}

async function sendOnce(attempt: Attempt, way: Way): Promise<Answer> {
  return send(await authorised(attempt, way), way.fetch, way.timeoutMs);
}

/** With the key as a bearer, or signed with it. A repetition is signed anew: a signature ages. */
async function authorised(attempt: Attempt, { key, now }: Way): Promise<Attempt> {
  const proof = isSigningKey(key)
    ? await sign(attempt, key, now())
    : { authorization: `Bearer ${key}` };
  const headers = new Headers(attempt.headers);
  for (const [name, value] of Object.entries(proof)) headers.set(name, value);
  return { ...attempt, headers };
}

/** Once more after a pause if there was no answer, or one of 5xx. */
async function sendTwice(attempt: Attempt, way: Way): Promise<Answer> {
  const first = await sendOnce(attempt, way).catch(asUnavailable);
  if (!(first instanceof Unavailable) && first.status < 500) return first;
  await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  return sendOnce(attempt, way);
}

function asUnavailable(error: unknown): Unavailable {
  if (error instanceof Unavailable) return error;
  throw new StepgateError("The request could not be sent.", { cause: error });
}
