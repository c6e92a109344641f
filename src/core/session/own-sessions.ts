/** A user's sessions, as the user sees and ends them. */

import { and, desc, eq, gt, isNull, sql } from "drizzle-orm";
import { sessions } from "../../db/account-schema";
import { effect } from "../../db/effect";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { SessionCaller } from "../caller/actor";
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
  { user, session }: SessionRecord,
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
    .orderBy(desc(sql`rowid`));
  return rows.map(({ idleExpiresAt: idle, ...rest }) => ({
    ...rest,
    current: rest.id === session.id,
    expiresAt: idle < rest.expiresAt ? idle : rest.expiresAt,
  }));
}

const END_ONE = changeOf(loadOwn)(
  "session.revoked",
  {
    effects: [
      effect("UPDATE sessions SET revoked_at = :now", "id = :revokedId AND user_id = :userId"),
    ],
  },
  {
    plan: async ({ deps, found }, { revokedId }: { revokedId: string }) => {
      const known = await listSessions(deps, found);
      if (!known.some(({ id }) => id === revokedId)) {
        throw new Problem("not_found", { detail: "No such session." });
      }
      return { values: { revokedId }, event: { note: revokedId }, answer: undefined };
    },
  },
);

/**
 * Ends one of the user's sessions, which may be the current one. Throws `not_found`, and what a
 * change throws.
 */
export function revokeSession(deps: Deps, caller: SessionCaller, revokedId: string): Promise<void> {
  return END_ONE(deps, caller, { revokedId });
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
