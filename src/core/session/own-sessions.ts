/** A user's sessions, as the user or the operator sees and ends them. */

import { and, desc, eq, gt, isNull } from "drizzle-orm";
import { sessions } from "../../db/account-schema";
import { effect } from "../../db/effect";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { OperatorCaller, SessionCaller } from "../caller/actor";
import type { Aal } from "../caller/assurance";
import { loadOwn, type SessionRecord } from "../caller/by-session";
import { change, changeOf } from "../change/change";

export interface SessionSummary {
  id: string;
  current: boolean;
  aal: Aal;
  createdAt: Date;
  /** Accurate to five minutes. */
  lastUsedAt: Date;
  expiresAt: Date;
  ip: string | null;
  userAgent: string | null;
}

/** Lists the live sessions, newest first. */
export async function listSessions(
  { db, now }: Deps,
  { user, session }: Pick<SessionRecord, "user"> & { session?: { id: string } },
): Promise<SessionSummary[]> {
  const { id, aal, createdAt, lastUsedAt, expiresAt, idleExpiresAt, ip, userAgent } = sessions;
  const rows = await db
    .select({ id, aal, createdAt, lastUsedAt, expiresAt, idleExpiresAt, ip, userAgent })
    .from(sessions)
    .where(
      and(
        eq(sessions.userId, user.id),
        eq(sessions.epoch, user.epoch),
        isNull(sessions.revokedAt),
        gt(expiresAt, now),
        gt(idleExpiresAt, now),
      ),
    )
    .orderBy(desc(sessions.createdAt), desc(id));
  return rows.map(({ idleExpiresAt: idle, ...rest }) => ({
    ...rest,
    current: rest.id === session?.id,
    expiresAt: idle < rest.expiresAt ? idle : rest.expiresAt,
  }));
}

const REVOKE = {
  effects: [
    effect("UPDATE sessions SET revoked_at = :now", "id = :revokedId AND user_id = :userId"),
  ],
};
const END_ONE = changeOf(loadOwn)("session.revoked", REVOKE, {
  plan: async ({ deps, found }, { revokedId }: { revokedId: string }) => {
    await assertLive(deps, found, revokedId);
    return { values: { revokedId }, event: { note: revokedId }, answer: undefined };
  },
});

async function assertLive(
  deps: Deps,
  of: Parameters<typeof listSessions>[1],
  sessionId: string,
): Promise<void> {
  const known = await listSessions(deps, of);
  if (known.some(({ id }) => id === sessionId)) return;
  throw new Problem("not_found", { detail: "No such session." });
}

/**
 * Ends one of the user's sessions, which may be the current one. Throws `not_found`, and what a
 * change throws.
 */
export function revokeSession(deps: Deps, caller: SessionCaller, revokedId: string): Promise<void> {
  return END_ONE(deps, caller, { revokedId });
}

const END_OF_USER = change("session.revoked", REVOKE, {
  plan: async ({ deps, found }, { revokedId, reason }: { revokedId: string; reason: string }) => {
    await assertLive(deps, found, revokedId);
    return { values: { revokedId }, event: { note: `${revokedId}: ${reason}` }, answer: undefined };
  },
});

/** Ends one session of a user for the operator. Throws `not_found`, and what a change throws. */
export function revokeSessionOf(
  deps: Deps,
  caller: OperatorCaller,
  input: { revokedId: string; reason: string },
): Promise<void> {
  return END_OF_USER(deps, caller, input);
}

const END_OTHERS = change(
  "session.revoked",
  { raisesEpoch: true },
  { plan: () => ({ values: {}, event: { note: "all others" }, answer: undefined }) },
);

/**
 * Ends all sessions but the current one, and with them open challenges and trusted devices. Throws
 * what a change throws.
 */
export function revokeOtherSessions(deps: Deps, caller: SessionCaller): Promise<void> {
  return END_OTHERS(deps, caller, {});
}
