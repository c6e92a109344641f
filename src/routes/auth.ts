/** Who is asking. */

import { createMiddleware } from "hono/factory";
import type { Context } from "hono";
import type { Scope } from "../core/caller/actor";
import { parseApiKey, type ApiKeyProof } from "../crypto/api-key";
import { timingSafeEqual } from "../crypto/timing-safe-equal";
import { Problem } from "../problem";
import type { AppEnv } from "./context";
import { onBehalfOf, readEndUser } from "./end-user";
import { limitKey } from "./limits";

/**
 * An API key that has the form of one, and the scope it has to have. Whether it is good is asked in
 * the query that the route makes anyway, and again in the WHERE of whatever it writes: no route
 * answers before.
 */
export function requireKey(scope: Scope) {
  return createMiddleware<AppEnv>(async (c, next) => {
    c.set("key", { ...(await presentedKey(c)), scope });
    await next();
  });
}

/** As `requireKey`, whatever its scopes; and for whom it calls. */
export async function presentedKey(c: Context<AppEnv>): Promise<ApiKeyProof> {
  const proof = await parseApiKey(bearer(c) ?? "");
  if (!proof) throw new Problem("unauthorized", { cause: "no API key" });
  // By the hash: who knows only the id, which is shown and logged, uses up nothing.
  await limitKey(c.env.KEY_LIMIT, proof.hash, c.var.deps.now);
  c.set("deps", onBehalfOf(c.var.deps, readEndUser(c)));
  return proof;
}

/** The operator's token. */
export const requireAdmin = createMiddleware<AppEnv>(async (c, next) => {
  const token = bearer(c);
  if (token === undefined || !timingSafeEqual(token, c.var.deps.settings.adminToken)) {
    throw new Problem("unauthorized", { cause: "no admin token" });
  }
  await next();
});

/** RFC 6750 §2.1. */
export function bearer(c: Context): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "")?.[1];
}
