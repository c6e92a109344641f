/** A user's sessions, as they see and end them. */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { Actor } from "../caller/actor";
import type { Aal } from "../caller/assurance";
import { record } from "../audit/event";
import { claimBy, CLAIMED, commitClaim, LIVE_APP, LIVE_CALLER } from "../caller/live";
import type { SessionRecord } from "../caller/by-session";
import { takeAlong } from "./sessions";
import { eventOf } from "../change/users";

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

const CLAIM = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + :endsSessions
  WHERE users.id = :userId AND ${LIVE_APP} AND ${LIVE_CALLER} RETURNING id`);
const REVOKE = statement(`
  UPDATE sessions SET revoked_at = :now WHERE id = :revokedId AND user_id = :userId AND ${CLAIMED}`);

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
  const { results } = await LIST(db.$client, values).all<Row>();
  return results.map(({ createdAt, lastUsedAt, expiresAt, ...rest }) => ({
    ...rest,
    current: rest.id === session.id,
    createdAt: new Date(createdAt),
    lastUsedAt: new Date(lastUsedAt),
    expiresAt: new Date(expiresAt),
  }));
}

/** One of them, also the current one. Throws `not_found`. */
export async function revokeSession(
  deps: Deps,
  actor: Actor,
  loaded: SessionRecord,
  sessionId: string,
): Promise<void> {
  const known = await listSessions(deps, loaded);
  if (!known.some(({ id }) => id === sessionId)) {
    throw new Problem("not_found", { detail: "No such session." });
  }
  const claim = { ...claimBy(deps, actor, loaded), revokedId: sessionId, endsSessions: 0 };
  const note = sessionId;
  await commitClaim(deps, [
    CLAIM(deps.db.$client, claim),
    REVOKE(deps.db.$client, claim),
    record(deps, { ...eventOf("session.revoked", actor, loaded), note }, claim.attempt),
  ]);
}

/** All but the current one, and with them open challenges and trusted devices. */
export async function revokeOtherSessions(
  deps: Deps,
  actor: Actor,
  loaded: SessionRecord,
): Promise<void> {
  const claim = { ...claimBy(deps, actor, loaded), endsSessions: 1 };
  const note = "all others";
  await commitClaim(deps, [
    CLAIM(deps.db.$client, claim),
    ...takeAlong(deps, actor, claim),
    record(deps, { ...eventOf("session.revoked", actor, loaded), note }, claim.attempt),
  ]);
}
