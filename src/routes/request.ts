/**
 * What happens to every request before its route: an id, a log line, its body, and then the clock.
 */

import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import { assertComplete } from "../core/upkeep/complete";
import { readTrace } from "../core/outgoing/trace";
import { tellPeople } from "../core/mail/notices";
import { tellListeners } from "../core/webhook/listeners";
import { defaultDatabase } from "../core/shard/placement";
import { loadConfig } from "../env";
import { Problem } from "../problem";
import { sourceOf } from "./address";
import type { AppEnv } from "./context";
import { assertUtf8, readBody } from "./request-body";

/**
 * Gives the request an id of ours. It stands in the audit trail, where a client must not be able to
 * imitate another request.
 */
export const assignRequestId = createMiddleware<AppEnv>(async (c, next) => {
  const requestId = crypto.randomUUID();
  c.set("requestId", requestId);
  c.header("x-request-id", requestId);
  await next();
});

/**
 * Refuses octets that are not UTF-8. They would otherwise be taken for others, which would give one
 * user two spellings.
 */
export const refuseMalformedUrl = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.url.includes("%")) {
    const { pathname, search } = new URL(c.req.url);
    assertPath(pathname);
    if (c.req.path !== LATIN_1) assertUtf8(search, "query");
  }
  await next();
});

/**
 * The `data` of this path comes from a page that encodes other letters in Latin-1
 * (`compat/authenticator-api.ts`).
 */
const LATIN_1 = "/qr.aspx";

function assertPath(path: string): void {
  try {
    decodeURIComponent(path);
  } catch {
    throw new Problem("malformed_request", { detail: "The path is not valid UTF-8." });
  }
}

/** What Analytics Engine takes as an index, in bytes. */
const MAX_INDEX = 96;

/**
 * Logs one line of JSON per request. It has the route's pattern and never its path, which contains
 * user ids.
 */
export const logRequest = createMiddleware<AppEnv>(async (c, next) => {
  const started = Date.now();
  await next();
  const problem = c.get("problem");
  const trips = c.get("deps")?.request.trips ?? [];
  const trace = readTrace(c.req.header("traceparent"));
  const { method } = c.req;
  const { status } = c.res;
  const [route, milliseconds] = [routeOf(c), Date.now() - started];
  // With an index, the route, Analytics Engine samples each of them by itself.
  c.env.ANALYTICS?.writeDataPoint({
    indexes: [route.slice(0, MAX_INDEX)],
    blobs: [method, route, String(status), problem?.code ?? ""],
    doubles: [milliseconds],
  });
  const line = {
    level: status >= 500 ? "error" : "info",
    requestId: c.var.requestId,
    ...(trace && { traceId: trace.traceId }),
    method,
    route,
    status,
    milliseconds,
    ...(trips.length > 0 && { d1: trips }),
    ...(problem && { code: problem.code, cause: describeCause(problem.cause) }),
  };
  console.log(JSON.stringify(line));
});

/** The pattern of the route that answers, or would have. If no route does, that of a middleware. */
function routeOf(c: Context<AppEnv>): string {
  const patterns = matchedRoutes(c).map(({ path }) => path);
  return patterns.findLast((pattern) => !pattern.endsWith("*")) ?? patterns.at(-1) ?? "";
}

/**
 * Describes the innermost error. Its message is ours or the platform's, while the errors wrapped
 * around it may repeat a query's parameters.
 */
function describeCause(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : undefined;
  return cause.cause instanceof Error ? describeCause(cause.cause) : (cause.stack ?? cause.message);
}

/**
 * Loads the configuration. A Worker that is not set up correctly answers nothing, and the log names
 * the variable at fault.
 */
export const configure = createMiddleware<AppEnv>(async (c, next) => {
  const config = await loadConfig(c.env).catch((error: Error) => {
    throw new Problem("misconfigured", { cause: error.message });
  });
  c.set("config", config);
  await next();
});

/** Provides the dependencies of core/, with this request's clock. */
const provideDeps = createMiddleware<AppEnv>(async (c, next) => {
  const now = new Date();
  const { requestId, config } = c.var;
  await assertComplete({ ...config, now });
  const defer = (work: Promise<unknown>) => c.executionCtx.waitUntil(work.catch(logDeferred));
  const trace = readTrace(c.req.header("traceparent"));
  const request = { id: requestId, ...sourceOf(c), trace, trips: [], told: new Set<string>() };
  const elapsed = () => Date.now() - now.getTime();
  c.set("deps", { ...config, db: defaultDatabase(config.shards), now, elapsed, request, defer });
  await next();
  tellListeners(c.var.deps);
  tellPeople(c.var.deps);

  function logDeferred(error: unknown) {
    const cause = describeCause(error);
    console.log(JSON.stringify({ level: "warn", requestId, event: "deferred_work_failed", cause }));
  }
});

/** The order matters: first the body, then the clock. */
export const withDeps = [readBody, provideDeps] as const;
