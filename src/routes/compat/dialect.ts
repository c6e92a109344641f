/** What the published APIs share: fields from JSON or forms, and errors in their own words. */

import type { Context, ErrorHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "@hono/zod-openapi";
import { Problem } from "../../problem";
import type { AppEnv } from "../context";
import { asProblem } from "../openapi";
import { mediaTypeOf } from "../request-body";

/** An answer in a published API's own words, thrown where a native route throws a Problem. */
export class ForeignAnswer extends Error {
  readonly status: ContentfulStatusCode;
  readonly body: unknown;
  readonly headers: Record<string, string>;

  constructor(status: ContentfulStatusCode, body: unknown, headers: Record<string, string> = {}) {
    super(`answered ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/**
 * Makes the `onError` of an adapter. Clients get our problems in the API's words, and the log gets
 * ours.
 */
export function speaking(
  translate: (problem: Problem, c: Context<AppEnv>) => ForeignAnswer,
): ErrorHandler<AppEnv> {
  return (error, c) => {
    if (error instanceof ForeignAnswer) return answer(c, error);
    const problem = asProblem(error);
    c.set("problem", problem);
    return answer(c, withWait(translate(problem, c), problem));
  };
}

/** Adds the time to wait that a problem names to the answer given in its place. */
export function withWait(
  { status, body, headers }: ForeignAnswer,
  { retryAfter }: Problem,
): ForeignAnswer {
  const wait = retryAfter !== undefined && { "retry-after": String(retryAfter) };
  return new ForeignAnswer(status, body, { ...headers, ...wait });
}

function answer(c: Context<AppEnv>, { body, status, headers }: ForeignAnswer): Response {
  return c.newResponse(JSON.stringify(body), status, {
    "content-type": "application/json",
    ...headers,
  });
}

/**
 * Reads the fields of a JSON object or a form. A request without a body has no fields. Throws
 * `malformed_request`, or `unsupported_media_type` for any other type of body.
 */
export async function fieldsOf(c: Context<AppEnv>): Promise<Record<string, unknown>> {
  const type = mediaTypeOf(c);
  if (type === "application/x-www-form-urlencoded" || type === "multipart/form-data") {
    return c.req.parseBody().catch(() => {
      throw new Problem("malformed_request");
    });
  }
  const body = await c.req.text();
  if (body === "") return {};
  if (type !== "application/json") throw new Problem("unsupported_media_type");
  return parseObject(body);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    // The cause is left out, because it quotes the body.
    throw new Problem("malformed_request");
  }
}

/** Reads the fields by a schema. If they do not fit, throws what `complain` makes of the issues. */
export async function parseFields<T extends z.ZodType>(
  c: Context<AppEnv>,
  schema: T,
  complain: (issues: { field: string; isMissing: boolean; message: string }[]) => ForeignAnswer,
): Promise<z.output<T>> {
  const fields = await fieldsOf(c);
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => {
    const field = path.map(String).join(".");
    return { field, isMissing: !(field in fields), message };
  });
  throw complain(issues);
}
