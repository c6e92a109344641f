/**
 * 405 with `Allow` (RFC 9110 §15.5.6): Hono itself answers 404 for a known path with the wrong
 * method.
 */

import type { Context, Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import { Problem } from "../problem";
import type { AppEnv } from "./context";

type Answer = (error: Problem, c: Context<AppEnv>) => Promise<Response>;

/**
 * The handler for whatever no route took. It looks at the routes when it is first needed. A browser
 * gets a page from `show`.
 */
export function notFound(app: Hono<AppEnv>, show: Answer) {
  let methods: TrieRouter<string> | undefined;
  return (c: Context<AppEnv>): Promise<Response> => {
    methods ??= methodsOf(app);
    const allowed = methods.match("ALL", c.req.path)[0].map(([method]) => method);
    if (allowed.length === 0) {
      const problem = new Problem("unknown_path");
      if (isNavigation(c)) return show(problem, c);
      throw problem;
    }
    c.header("allow", [...new Set(allowed)].toSorted().join(", "));
    throw new Problem("method_not_allowed");
  };
}

/** Whether somebody reads the answer. Calls of an API ask for JSON, or for anything. */
function isNavigation(c: Context): boolean {
  return c.req.method === "GET" && (c.req.header("accept") ?? "").includes("text/html");
}

/** Which methods each path has. */
function methodsOf(app: Hono<AppEnv>): TrieRouter<string> {
  const methods = new TrieRouter<string>();
  for (const { method, path } of app.routes) {
    if (method !== "ALL") methods.add("ALL", path, method);
  }
  return methods;
}
