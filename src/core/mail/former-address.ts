/** Tells whoever reads mail at the address that an account had before that it has another one. */

import { effect, type Effect } from "../../db/effect";
import type { Deps } from "../../env";
import { sendsMail } from "./send";

/** The event is the one that the batch has just recorded. A notice that still waits stays. */
const STORE = effect(
  `INSERT OR REPLACE INTO notices (user_id, kind, event_id, address, attempts, next_at)
  SELECT ac.user_id, 'email_changed', (SELECT max(id) FROM audit_events WHERE user_id = ac.user_id), ac.email,
    0, :now
  FROM accounts ac`,
  `ac.user_id = :userId AND ac.email <> :email AND ac.email_proven_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM notices n WHERE n.user_id = ac.user_id AND n.kind = 'email_changed' AND n.next_at IS NOT NULL)`,
);

/** The effect, before the account gets this address. It does nothing if that is the one that it has. */
export function tellFormerAddress(deps: Pick<Deps, "mail">, email: string): Effect[] {
  return sendsMail(deps) ? [STORE({ email })] : [];
}
