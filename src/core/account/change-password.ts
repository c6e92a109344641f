/**
 * Sets another password, for somebody who wants one, or who has seen in their account what they have
 * not done. Both go through the gate (`password-gate.ts`) with the old password.
 */

import { hashPassword } from "../../crypto/password-hash";
import { effect, type Effect } from "../../db/effect";
import type { Deps } from "../../env";
import { eventOf, recorded, type AuditType } from "../audit/event";
import { actorOf, type SessionCaller } from "../caller/actor";
import { assertFresh } from "../caller/assurance";
import { loadBySession, type SessionRecord } from "../caller/by-session";
import { createBackupCodes, replaceBackupCodes } from "../code/backup-codes";
import type { Credentials } from "../session/sessions";
import { isActive } from "../user/record";
import type { Client } from "./attempt-counters";
import { assertAnother } from "./password-policy";
import { assertPassword } from "./register";
import { givePassword } from "./step-up";

/** The effect that sets a password. */
export const SET_PASSWORD = effect(
  "UPDATE accounts SET password_hash = :newHash",
  "user_id = :userId",
);

export interface PasswordChange {
  currentPassword: string;
  newPassword: string;
  client: Client;
}

/**
 * Changes the password and ends all other sessions. Throws `invalid_credentials` if the current
 * password is wrong, `weak_password`, `second_factor_required` if the user has a second factor and
 * gave no code of late, and what `attemptPassword` throws.
 */
export async function changePassword(
  deps: Deps,
  caller: SessionCaller,
  input: PasswordChange,
): Promise<Credentials> {
  const loaded = await loadForNewPassword(deps, caller);
  return setPassword(deps, caller, { ...input, loaded, type: "password.changed" });
}

/**
 * Ends whatever somebody else may have of this account: the password, all other sessions, trusted
 * devices, known browsers and the backup codes. Answers the new codes of a user who has a second
 * factor; they are shown once. Throws what `changePassword` throws, also if the new password is the
 * old one.
 */
export async function secureAccount(
  deps: Deps,
  caller: SessionCaller,
  input: PasswordChange,
): Promise<{ credentials: Credentials; user: { id: string }; backupCodes?: string[] }> {
  const loaded = await loadForNewPassword(deps, caller);
  assertAnother(input.newPassword, input.currentPassword);
  const backup = loaded.authenticators.some(isActive)
    ? await createBackupCodes(deps.keyring, loaded.user.id)
    : null;
  const credentials = await setPassword(
    deps,
    caller,
    { ...input, loaded, type: "account.secured", forgetsPlaces: true },
    backup ? replaceBackupCodes(backup.hashes) : [],
  );
  const { id } = loaded.user;
  return { credentials, user: { id }, ...(backup && { backupCodes: backup.codes }) };
}

/** For a user without a second factor, the current password is proof enough. */
export async function loadForNewPassword(
  deps: Deps,
  caller: SessionCaller,
): Promise<SessionRecord> {
  const loaded = await loadBySession(deps, caller);
  if (loaded.authenticators.some(isActive)) assertFresh(loaded, deps.now);
  return loaded;
}

async function setPassword(
  deps: Deps,
  caller: SessionCaller,
  input: PasswordChange & {
    loaded: SessionRecord;
    type: AuditType;
    forgetsPlaces?: boolean;
  },
  effects: Effect[] = [],
): Promise<Credentials> {
  const { currentPassword: password, newPassword, type, ...given } = input;
  const { app, account } = input.loaded;
  assertPassword(app.settings, account, newPassword);
  const newHash = await hashPassword(newPassword);
  const event = eventOf(type, actorOf(caller), input.loaded);
  return givePassword(deps, caller, { ...given, password, endsSessions: true }, [
    SET_PASSWORD({ newHash }),
    ...effects,
    recorded(deps, event),
  ]);
}
