/** Which events of an account its user is told of by mail, and what such a notice is called. */

import type { AuditType, Outcome } from "../audit/event";

export const NOTICE_KINDS = [
  "authenticator_added",
  "authenticator_removed",
  "second_factor_off",
  "backup_code_used",
  "backup_codes_replaced",
  "password_changed",
  "email_changed",
  "reset",
  "locked",
  "new_device",
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

const KINDS: Partial<Record<AuditType, NoticeKind>> = {
  "account.secured": "password_changed",
  "authenticator.confirmed": "authenticator_added",
  "authenticator.imported": "authenticator_added",
  "authenticator.removed": "authenticator_removed",
  "backup_codes.rotated": "backup_codes_replaced",
  "device.new": "new_device",
  "password.changed": "password_changed",
  "password.reset": "password_changed",
  "second_factor.disabled": "second_factor_off",
  "user.capped": "locked",
  "user.locked": "locked",
  "user.reset": "reset",
};
/** A right code of these that is of no authenticator is a backup code. */
const CODES: readonly AuditType[] = ["challenge.answered", "code.verified"];

/** All types of events that a notice may be about. */
export const NOTICED: readonly string[] = [...Object.keys(KINDS), ...CODES];

export interface Noticeable {
  type: string;
  outcome: Outcome;
  authenticatorId: string | null;
}

/** The kind of the notice of an event, or null if the user is not told. */
export function noticeOf({ type, outcome, authenticatorId }: Noticeable): NoticeKind | null {
  if (outcome !== "success") return null;
  if (CODES.some((one) => one === type)) {
    return authenticatorId === null ? "backup_code_used" : null;
  }
  const [, kind = null] = Object.entries(KINDS).find(([one]) => one === type) ?? [];
  return kind;
}
