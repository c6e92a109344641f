/**
 * Idempotency-Key on calls that create: a second call with the same key and the same request
 * creates nothing new.
 *
 * The key is stored in the batch that creates. Of any number of parallel calls, one creates, and
 * the batches of the others fail as a whole. A row holds the route, a keyed digest of the request
 * and the id of what was made, and never a body.
 */

import { and, eq, gt } from "drizzle-orm";
import { digest, digests } from "../../crypto/keyring";
import { idempotencyKeys } from "../../db/schema";
import { effect, type Effect } from "../../db/effect";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { isOperator, isSession, type Caller } from "../caller/actor";
import { IDEMPOTENCY_LIFE } from "../policy";

/**
 * Says whose Idempotency-Keys these are. The back end of an app shares one set of keys, each person
 * has their own, and the operator has one.
 */
export function scopeOf(
  caller: Caller,
  { app, user }: { app: { id: string }; user: { id: string } | null },
): string {
  if (isOperator(caller)) return "admin";
  return isSession(caller) && user ? user.id : app.id;
}

/** A call that creates and carries an Idempotency-Key. */
export interface IdempotentRequest {
  key: string;
  /** Method and route pattern. */
  route: string;
  /** Path and body, as received. */
  content: string;
}

/** What an earlier call with the same key created. */
export interface Created {
  resourceId: string;
  createdAt: Date;
}

/** Gives the effects that store, in the batch of a creating call, what it made. */
export type Remember = (resourceId: string) => Effect[];

const FORGET_EXPIRED = effect(
  "DELETE FROM idempotency_keys",
  "scope = :scope AND key = :key AND expires_at <= :now",
);
const REMEMBER = effect(`
  INSERT INTO idempotency_keys (scope, key, route, request_digest, resource_id, created_at, expires_at)
  SELECT :scope, :key, :route, :requestDigest, :resourceId, :now, :expiresAt`);

/**
 * Runs `create`, or `replay` if a call with this key has been carried out. Keys with different
 * scopes have nothing to do with each other (`scopeOf`). Throws `idempotency_mismatch` if the key
 * was used for another request.
 */
export async function once<T>(
  deps: Deps,
  { scope, request }: { scope: string; request: IdempotentRequest | null },
  create: (remember: Remember) => Promise<T>,
  replay: (created: Created) => Promise<T>,
): Promise<T> {
  if (!request) return create(() => []);
  const earlier = await findCreated(deps, scope, request);
  if (earlier) return replay(earlier);
  const remember = await remembering(deps, scope, request);
  try {
    return await create(remember);
  } catch (error) {
    // Another batch with this key may have come first. Ours has changed nothing then.
    const lost = isClash(error) || error instanceof Problem;
    const winner = lost ? await findCreated(deps, scope, request) : null;
    if (!winner) throw error;
    return replay(winner);
  }
}

async function findCreated(
  deps: Deps,
  scope: string,
  request: IdempotentRequest,
): Promise<Created | null> {
  const [row] = await deps.db
    .select()
    .from(idempotencyKeys)
    .where(
      and(
        eq(idempotencyKeys.scope, scope),
        eq(idempotencyKeys.key, request.key),
        gt(idempotencyKeys.expiresAt, deps.now),
      ),
    );
  if (!row) return null;
  const same = await digests(deps.keyring, "request", request.content);
  if (row.route !== request.route || !same.includes(row.requestDigest)) {
    throw new Problem("idempotency_mismatch");
  }
  return { resourceId: row.resourceId, createdAt: row.createdAt };
}

async function remembering(
  { keyring, now }: Deps,
  scope: string,
  { key, route, content }: IdempotentRequest,
): Promise<Remember> {
  const requestDigest = await digest(keyring, "request", content);
  const expiresAt = now.getTime() + IDEMPOTENCY_LIFE;
  return (resourceId) => [
    FORGET_EXPIRED({ scope, key }),
    REMEMBER({ scope, key, route, requestDigest, resourceId, expiresAt }),
  ];
}

function isClash(error: unknown): boolean {
  return error instanceof Error && /UNIQUE.*idempotency_keys/.test(error.message);
}
