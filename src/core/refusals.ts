/**
 * Refused attempts in the audit trail, at most one row a minute and user: what is refused
 * unevaluated must not cost a write each.
 *
 * The map only spares D1 most of the asking; the INSERT itself decides, so that many isolates
 * together also write one row a minute.
 */

import { statement } from "../db/statement";
import type { Deps } from "../env";
import { NEXT_AUDIT_ID } from "./audit";

const MINUTE = 60_000;
const MAX_REMEMBERED = 10_000;

const lastNoted = new Map<string, number>();

const NOTE = statement(`
  INSERT INTO audit_events (id, app_id, user_id, type, outcome, reason, actor, request_id)
  SELECT ${NEXT_AUDIT_ID}, :appId, :userId, 'user.refused', 'refused', :reason, 'system', :requestId
  WHERE NOT EXISTS (SELECT 1 FROM audit_events
    WHERE user_id = :userId AND id > (:now - ${MINUTE}) * 1000 AND type = 'user.refused')`);

/** Notes, after the answer, that attempts of this user are being refused. */
export function noteRefusal(
  deps: Deps,
  refusal: { appId: string; userId: string; reason: "locked" | "replayed_code" },
): void {
  const now = deps.now.getTime();
  const last = lastNoted.get(refusal.userId) ?? -Infinity;
  if (now >= last && now - last < MINUTE) return;
  if (lastNoted.size >= MAX_REMEMBERED) lastNoted.clear();
  lastNoted.set(refusal.userId, now);
  deps.defer(NOTE(deps.db.$client, { ...refusal, now, requestId: deps.requestId }).run());
}
