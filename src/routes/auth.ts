/** Finds out who is asking. */

import { createMiddleware } from "hono/factory";
import type { Context } from "hono";
import type { KeyCaller, Scope } from "../core/caller/actor";
import { addressNumber } from "../core/caller/address-range";
import { parseApiKey } from "../crypto/api-key";
import { timingSafeEqual } from "../crypto/timing-safe-equal";
import { Problem } from "../problem";
import { addressOf } from "./address";
import type { AppEnv } from "./context";
import { onBehalfOf, readEndUser } from "./end-user";
import { limitKey } from "./limits";
import { isSigned, signerOf } from "./request-signature";

type PresentedKey = Pick<KeyCaller, "id" | "hash" | "from">;

/**
 * Requires a well-formed API key, with this scope. Whether the key is good is checked in the query
 * that the route makes anyway, and again in the WHERE of whatever it writes. No route answers
 * before that.
 */
export function requireKey(scope: Scope) {
  return createMiddleware<AppEnv>(async (c, next) => {
    c.set("key", { ...(await presentedKey(c)), scope });
    await next();
  });
}

/**
 * Requires a well-formed API key with any scope, or a request that is signed with one, and notes for
 * which end user it calls.
 */
export async function presentedKey(c: Context<AppEnv>): Promise<PresentedKey> {
  const proof = isSigned(c) ? await signerOf(c) : await parseApiKey(bearer(c) ?? "");
  if (!proof) throw new Problem("unauthorized", { cause: "no API key" });
  // The limit counts by the hash. Somebody who knows only the id, which is shown and logged, uses
  // nothing up.
  await limitKey(c.env.KEY_LIMIT, proof.hash, c.var.deps.now);
  const from = addressNumber(addressOf(c) ?? "");
  c.set("deps", onBehalfOf(c.var.deps, readEndUser(c)));
  return { ...proof, from };
}

/** Requires the operator's token. */
export const requireAdmin = createMiddleware<AppEnv>(async (c, next) => {
  const token = bearer(c);
  if (token === undefined || !timingSafeEqual(token, c.var.deps.settings.adminToken)) {
    throw new Problem("unauthorized", { cause: "no admin token" });
  }
  await next();
});

/** The token in the Authorization header (RFC 6750 §2.1). */
export function bearer(c: Context): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "")?.[1];
}
