/** A user's sessions, as they see and end them. */

import { effect } from "../../db/effect";
import { statement } from "../../db/statement";
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
  /** True to five minutes. */
  lastUsedAt: Date;
  expiresAt: Date;
  ip: string | null;
  userAgent: string | null;
}

const LIST = statement(`
  SELECT id, aal, created_at AS createdAt, last_used_at AS lastUsedAt,
    min(expires_at, idle_expires_at) AS expiresAt, ip, user_agent AS userAgent
  FROM sessions WHERE user_id = :userId AND epoch = :epoch AND revoked_at IS NULL
    AND expires_at > :now AND idle_expires_at > :now ORDER BY rowid DESC`);

interface Row extends Omit<SessionSummary, "current" | "createdAt" | "lastUsedAt" | "expiresAt"> {
  createdAt: number;
  lastUsedAt: number;
  expiresAt: number;
}

/** Live ones, newest first. */
export async function listSessions(
  { db, now }: Deps,
  { user, session }: SessionRecord,
): Promise<SessionSummary[]> {
  const values = { userId: user.id, epoch: user.epoch, now: now.getTime() };
  const { results } = await LIST({ db }, values).all<Row>();
  return results.map(({ createdAt, lastUsedAt, expiresAt, ...rest }) => ({
    ...rest,
    current: rest.id === session.id,
    createdAt: new Date(createdAt),
    lastUsedAt: new Date(lastUsedAt),
    expiresAt: new Date(expiresAt),
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

/** One of them, also the current one. Throws `not_found`, and what a change throws. */
export function revokeSession(deps: Deps, caller: SessionCaller, revokedId: string): Promise<void> {
  return END_ONE(deps, caller, { revokedId });
}

const END_OTHERS = change(
  "session.revoked",
  { raisesEpoch: true },
  { plan: () => ({ values: {}, event: { note: "all others" }, answer: undefined }) },
);

/** All but the current one, and with them open challenges and trusted devices. */
export function revokeOtherSessions(deps: Deps, caller: SessionCaller): Promise<void> {
  return END_OTHERS(deps, caller, {});
}
