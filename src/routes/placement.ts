/**
 * Says whom a request is about, as soon as that is known, so that core/ asks the right database. Where there
 * are several, core/ refuses to look for a user before that.
 */

import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { KeyCaller } from "../core/caller/actor";
import { ACCOUNTS_BUCKET, bucketOfId } from "../core/shard/bucket";
import { placed, placedForKey } from "../core/shard/placement";
import type { AppEnv } from "./context";
import { withDeps } from "./request";

/** For routes about whoever is in this bucket. */
export function about(bucketFor: (c: Context<AppEnv>) => string) {
  return createMiddleware<AppEnv>(async (c, next) => {
    c.set("deps", placed(c.var.deps, bucketFor(c)));
    await next();
  });
}

/** For routes about a person with an account. */
export const withAccounts = [...withDeps, about(() => ACCOUNTS_BUCKET)] as const;

/** For routes of the operator about the user whose own id is in the path. */
export const aboutUser = about((c) => bucketOfId(c.req.param("id") ?? ""));

/** The back end that calls, about its own user. */
export async function callerAbout(c: Context<AppEnv>, userId: string): Promise<KeyCaller> {
  const { deps, key } = c.var;
  c.set("deps", await placedForKey(deps, key.id, userId));
  return { ...key, userId };
}
