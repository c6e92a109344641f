/**
 * 405 with `Allow` (RFC 9110 §15.5.6): Hono itself answers 404 for a known path with the wrong
 * method.
 */

import type { Context, Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import { Problem } from "../problem";
import type { AppEnv } from "./context";

/** The handler for whatever no route took. It looks at the routes when it is first needed. */
export function notFound(app: Hono<AppEnv>) {
  let methods: TrieRouter<string> | undefined;
  return (c: Context<AppEnv>): never => {
    methods ??= methodsOf(app);
    const allowed = methods.match("ALL", c.req.path)[0].map(([method]) => method);
    if (allowed.length === 0) throw new Problem("unknown_path");
    c.header("allow", [...new Set(allowed)].toSorted().join(", "));
    throw new Problem("method_not_allowed");
  };
}

/** Which methods each path has. */
function methodsOf(app: Hono<AppEnv>): TrieRouter<string> {
  const methods = new TrieRouter<string>();
  for (const { method, path } of app.routes) {
    if (method !== "ALL") methods.add("ALL", path, method);
  }
  return methods;
}
