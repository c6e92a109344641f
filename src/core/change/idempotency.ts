/**
 * Idempotency-Key on creating calls: a second call with the same key and the same request makes
 * nothing new.
 *
 * The key is remembered in the batch that creates, so that of any number of parallel calls one
 * creates and the batches of the others fail as a whole. Kept: route, keyed digest of the request
 * and the id of what was made; never a body.
 */

import { and, eq, gt } from "drizzle-orm";
import { digest, digests } from "../../crypto/keyring";
import { idempotencyKeys } from "../../db/schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { isSession, type Caller } from "../caller/actor";
import { CLAIMED, type Mark } from "../caller/live";
import { IDEMPOTENCY_LIFE } from "../policy";

/** Whose Idempotency-Keys these are: an app's back end shares them, each person has their own. */
export function scopeOf(caller: Caller, app: { id: string }, user: { id: string } | null): string {
  return isSession(caller) && user ? user.id : app.id;
}

/** A creating call that carries an Idempotency-Key. */
export interface IdempotentRequest {
  key: string;
  /** Method and route pattern. */
  route: string;
  /** Path and body, as received. */
  content: string;
}

/** What an earlier call with the same key made. */
export interface Created {
  resourceId: string;
  createdAt: Date;
}

/**
 * The statements that end a creating batch and remember what it made; with a claim, only if that
 * change took place, and for a link, only if it is there.
 */
export type Remember = (
  resourceId: string,
  claim?: { userId: string; attempt: string } | "link",
) => D1PreparedStatement[];

const FORGET_EXPIRED = statement(`
  DELETE FROM idempotency_keys WHERE scope = :scope AND key = :key AND expires_at <= :now`);
const rememberIf = (condition: string) =>
  statement(`
  INSERT INTO idempotency_keys (scope, key, route, request_digest, resource_id, created_at, expires_at)
  SELECT :scope, :key, :route, :requestDigest, :resourceId, :now, :expiresAt WHERE ${condition}`);
const REMEMBER = {
  always: rememberIf("1"),
  claimed: rememberIf(CLAIMED),
  link: rememberIf("EXISTS (SELECT 1 FROM enrolment_links WHERE id = :resourceId)"),
};

/**
 * Runs `create` unless a call with this key has been carried out, then `replay`. `scope` is the
 * app's id, or `admin`: keys of one app mean nothing in another. Throws `idempotency_mismatch` if
 * the key was used for another request.
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
    // Perhaps somebody else's batch with this key came first. Ours left nothing behind.
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
  { db, keyring, now }: Deps,
  scope: string,
  { key, route, content }: IdempotentRequest,
): Promise<Remember> {
  const requestDigest = await digest(keyring, "request", content);
  const created = { scope, key, route, requestDigest, now: now.getTime() };
  const expiresAt = created.now + IDEMPOTENCY_LIFE;
  return (resourceId, claim) => {
    const by = typeof claim === "object" ? "claimed" : (claim ?? "always");
    const values = { ...created, resourceId, expiresAt, ...markOf(claim) };
    return [FORGET_EXPIRED(db.$client, created), REMEMBER[by](db.$client, values)];
  };
}

/** Nothing else of a claim: it has a scope of its own. */
function markOf(claim: Parameters<Remember>[1]): Mark | null {
  return typeof claim === "object" ? { userId: claim.userId, attempt: claim.attempt } : null;
}

function isClash(error: unknown): boolean {
  return error instanceof Error && /UNIQUE.*idempotency_keys/.test(error.message);
}
