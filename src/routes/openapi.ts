/**
 * How a route is written down: the pieces of `createRoute` that every plane shares, and the one
 * place where errors become answers.
 */

import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { getPath as pathAsSent } from "hono/utils/url";
import { UnreadableData } from "../core/unreadable";
import { invalidFields, Problem } from "../problem";
import { PROBLEMS, type ProblemCode } from "../problem-table";
import type { AppEnv } from "./context";
import { problemSchema } from "./problem-schemas";

/** A Hono app whose routes are in the API reference and whose bad requests are problems. */
export function router(getPath: (request: Request) => string = pathAsSent) {
  return new OpenAPIHono<AppEnv>({
    getPath,
    defaultHook: (result) => {
      if (result.success) return;
      const isParameter = result.target !== "json" && result.target !== "form";
      throw invalidFields(
        result.error.issues.map(({ path, message: detail }) => ({ path, detail, isParameter })),
      );
    },
  });
}

/** A JSON body, in which `null` leaves an optional field out. */
export function body<T extends z.ZodObject>(object: T) {
  const schema = z.preprocess(withoutNulls(object), object);
  return { required: true, content: { "application/json": { schema } } } as const;
}

/** Of a call that needs none. */
export function optionalBody<T extends z.ZodObject>(schema: T) {
  return { ...body(schema), required: false } as const;
}

/** Takes `null` from optional fields, but where it has a meaning of its own. */
function withoutNulls({ shape }: z.ZodObject): (given: unknown) => unknown {
  const fields = Object.entries<z.ZodType>(shape);
  const optional = fields.filter(([, field]) => field.isOptional() && !field.isNullable());
  const objects = fields.flatMap(([name, field]) => {
    const inner = field instanceof z.ZodOptional ? field.unwrap() : field;
    return inner instanceof z.ZodObject ? [{ name, clean: withoutNulls(inner) }] : [];
  });
  return (given) => {
    if (typeof given !== "object" || given === null || Array.isArray(given)) return given;
    const cleaned: Record<string, unknown> = { ...given };
    for (const [name] of optional) if (cleaned[name] === null) delete cleaned[name];
    for (const { name, clean } of objects)
      if (name in cleaned) cleaned[name] = clean(cleaned[name]);
    return cleaned;
  };
}

export function json<T extends z.ZodType>(description: string, schema: T) {
  return { description, content: { "application/json": { schema } } } as const;
}

export const nothing = { description: "Done" } as const;

/**
 * The error responses of a route, by status, for the reference. To the type checker they are not
 * there: a handler answers what is right, and throws the rest.
 */
export function problems(...codes: ProblemCode[]): object {
  const byStatus = Map.groupBy(new Set(codes), (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [status, problemResponse(group)]),
  );
}

/** An answer with one of these codes, or of `others`, which have another status as a rule. */
export function problemResponse(codes: ProblemCode[], others: readonly ProblemCode[] = []) {
  const schema = problemSchema([...codes, ...others]);
  return { description: codes.join(", "), content: { "application/problem+json": { schema } } };
}

/** What any call can end in that reaches core/: its path and its body are looked at first. */
export const CALL_PROBLEMS = [
  "malformed_request",
  "request_timeout",
  "request_too_large",
  "rate_limited",
  "internal_error",
  "unreadable_data",
  "unavailable",
] as const;

/** What a call with a body can end in besides. */
export const BODY_PROBLEMS = [
  ...CALL_PROBLEMS,
  "unsupported_media_type",
  "invalid_request",
] as const;

/** The one place where an error becomes a response: RFC 9457 problem details. */
export function handleError(error: Error, c: Context<AppEnv>): Response {
  const problem = asProblem(error);
  const { code, title, status, detail, retryAfter, policy, extensions, errors } = problem;
  c.set("problem", problem);
  if (retryAfter !== undefined) c.header("retry-after", String(retryAfter));
  if (policy !== undefined) c.header("ratelimit", `"${policy}";r=0;t=${retryAfter}`);
  if (status === 401) c.header("www-authenticate", 'Bearer realm="stepgate"');
  const type = `${typeBase(c)}/problems/${code}`;
  const requestId = c.get("requestId");
  const headers = { "content-type": "application/problem+json" };
  const members = { type, code, title, status, detail, errors, ...extensions, requestId };
  return c.json(members, status, headers);
}

/** The same for every host that the service is called by; where it is not set up, that host. */
function typeBase(c: Context<AppEnv>): string {
  return c.get("config")?.settings.issuerUrl ?? new URL(c.req.url).origin;
}

/** When a database that failed may be asked again, in seconds. */
const UNAVAILABLE_SECONDS = 5;

/** What an error is to a caller; one that is not ours says nothing of itself. */
export function asProblem(error: Error): Problem {
  if (error instanceof Problem) return error;
  // A database that is fenced throws one, and drizzle wraps it.
  if (error.cause instanceof Problem) return error.cause;
  // Hono throws these for what never reached a schema.
  if (error instanceof HTTPException && error.status === 415) {
    return new Problem("unsupported_media_type");
  }
  if (error instanceof HTTPException && error.status < 500) {
    return new Problem("malformed_request", { detail: "The body is not valid JSON." });
  }
  if (error instanceof UnreadableData) {
    return new Problem("unreadable_data", { cause: error.message });
  }
  if (!isFromD1(error)) return new Problem("internal_error", { cause: error });
  return new Problem("unavailable", { cause: error, retryAfter: UNAVAILABLE_SECONDS });
}

/** D1 says what failed in words only; all of them mean that nothing was decided. */
function isFromD1(error: Error): boolean {
  const messages = [error.message, error.cause instanceof Error ? error.cause.message : ""];
  return messages.some((message) => message.includes("D1_ERROR") || message.includes("D1 "));
}
