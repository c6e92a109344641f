/**
 * What happens to every request before its route: an id, a log line, a bounded body, and then the
 * clock.
 */

import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { bodyLimit } from "hono/body-limit";
import { matchedRoutes } from "hono/route";
import { assertKeyring } from "../core/keyring-check";
import { loadConfig } from "../env";
import { Problem } from "../problem";
import type { AppEnv } from "./context";

/** No request of ours comes near it. */
const MAX_BODY_BYTES = 16 * 1024;
const BODY_DEADLINE_MS = 10_000;

/** Ours alone: it stands in the audit trail, where a client must not be able to imitate another. */
export const assignRequestId = createMiddleware<AppEnv>(async (c, next) => {
  const requestId = crypto.randomUUID();
  c.set("requestId", requestId);
  c.header("x-request-id", requestId);
  await next();
});

/** Octets that are no UTF-8 would otherwise be taken for themselves: two spellings of one user. */
export const refuseMalformedPath = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.url.includes("%")) assertUtf8(new URL(c.req.url).pathname);
  await next();
});

function assertUtf8(path: string): void {
  try {
    decodeURIComponent(path);
  } catch {
    throw new Problem("malformed_request", { detail: "The path is not valid UTF-8." });
  }
}

/** One line of JSON per request: the route's pattern, never its path, which holds user ids. */
export const logRequest = createMiddleware<AppEnv>(async (c, next) => {
  const started = Date.now();
  await next();
  const problem = c.get("problem");
  const line = {
    level: c.res.status >= 500 ? "error" : "info",
    requestId: c.var.requestId,
    method: c.req.method,
    route: routeOf(c),
    status: c.res.status,
    milliseconds: Date.now() - started,
    ...(problem && { code: problem.code, cause: describeCause(problem.cause) }),
  };
  console.log(JSON.stringify(line));
});

/** The pattern of whatever answers, or would have; of what nothing answers, that of a middleware. */
function routeOf(c: Context<AppEnv>): string {
  const patterns = matchedRoutes(c).map(({ path }) => path);
  return patterns.findLast((pattern) => !pattern.endsWith("*")) ?? patterns.at(-1) ?? "";
}

/**
 * The innermost error: its message is ours or the platform's, while those wrapped around it may
 * repeat a query's parameters.
 */
function describeCause(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : undefined;
  return cause.cause instanceof Error ? describeCause(cause.cause) : (cause.stack ?? cause.message);
}

/** A Worker that is not set up correctly answers nothing; the log names the variable at fault. */
export const configure = createMiddleware<AppEnv>(async (c, next) => {
  const config = await loadConfig(c.env).catch((error: Error) => {
    throw new Problem("misconfigured", { cause: error.message });
  });
  c.set("config", config);
  await next();
});

const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new Problem("request_too_large", { detail: `At most ${MAX_BODY_BYTES} bytes.` });
  },
});

/** Takes the body in whole, so that the clock is read when all of the request is there. */
const readBody = createMiddleware<AppEnv>(async (c, next) => {
  const isJson = c.req.header("content-type")?.startsWith("application/json");
  // workerd warns of text that does not call itself so; the route will refuse it.
  const takeIn = async () => {
    await (isJson ? c.req.text() : c.req.arrayBuffer());
  };
  if (c.req.raw.body) await withDeadline(limitBody(c, takeIn).catch(refuseBrokenOff));
  await next();
});

/** What the platform throws where a body ends early, or where its chunks are none. */
function refuseBrokenOff(cause: unknown): never {
  if (cause instanceof Problem) throw cause;
  throw new Problem("malformed_request", { detail: "The body did not arrive whole.", cause });
}

async function withDeadline(arrival: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Problem("request_timeout")), BODY_DEADLINE_MS);
  });
  await Promise.race([arrival, deadline]).finally(() => clearTimeout(timer ?? null));
}

/** The dependencies of core/, with this request's clock. */
const provideDeps = createMiddleware<AppEnv>(async (c, next) => {
  const now = new Date();
  const { requestId, config } = c.var;
  await assertKeyring({ ...config, now });
  const defer = (work: Promise<unknown>) => c.executionCtx.waitUntil(work.catch(logDeferred));
  c.set("deps", { ...config, now, requestId, defer });
  await next();

  function logDeferred(error: unknown) {
    const cause = describeCause(error);
    console.log(JSON.stringify({ level: "warn", requestId, event: "deferred_work_failed", cause }));
  }
});

/** In this order: the body first, then the clock. */
export const withDeps = [readBody, provideDeps] as const;
