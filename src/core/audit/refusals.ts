/**
 * Notes refused attempts in the audit trail, at most one row per minute and user. An attempt that
 * is refused without being evaluated must not cost a write each time.
 *
 * The map only spares D1 most of these statements. The INSERT itself decides, so that many isolates
 * together also write at most one row a minute.
 */

import type { Deps } from "../../env";
import { recordWhere } from "./event";

const MINUTE = 60_000;
const MAX_REMEMBERED = 10_000;

const lastNoted = new Map<string, number>();

const note = recordWhere(`NOT EXISTS (SELECT 1 FROM audit_events
    WHERE user_id = :userId AND id > (:now - ${MINUTE}) * 1000 AND type = 'user.refused')`);

/** Notes that attempts of this user are being refused. The write happens after the answer. */
export function noteRefusal(
  deps: Deps,
  refusal: { appId: string; userId: string; reason: "locked" | "replayed_code" },
): void {
  const now = deps.now.getTime();
  const last = lastNoted.get(refusal.userId) ?? -Infinity;
  if (now >= last && now - last < MINUTE) return;
  if (lastNoted.size >= MAX_REMEMBERED) lastNoted.clear();
  lastNoted.set(refusal.userId, now);
  const event = { type: "user.refused", outcome: "refused", actor: "system" } as const;
  deps.defer(note(deps, { ...event, ...refusal }, {}).run());
}
