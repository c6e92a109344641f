/** Users, as the operator sees and changes them: by our own id, over all apps. */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { loadAccount, type Account } from "../user/account";
import { OPERATOR } from "../caller/actor";
import { record } from "../audit/event";
import { claimBy, commitClaim, LIVE_APP } from "../caller/live";
import { loadUserById, type UserRecord } from "../user/record";
import { changeAccount, type AccountChanges } from "../account/profile";
import { deletePending, eventOf } from "../change/users";
import { toStatus, type UserStatus } from "../authenticator/status";

export interface UserDetail extends UserStatus {
  id: string;
  appId: string;
  createdAt: Date;
  failures: number;
  /** Of a user of the user API. */
  account: Account | null;
}

/** A user with their account, if they have one. */
export type FoundUser = UserRecord & { account: Account | null };

/**
 * Disabling makes what was minted before worthless, a reset too. Nothing is minted meanwhile but by
 * the operator, whose reset is good when the user is enabled again.
 */
const CLAIM_DISABLING = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + :disabled, disabled_at = iif(:disabled, :now, NULL),
    rebind_hash = iif(:disabled, NULL, rebind_hash), rebind_expires_at = iif(:disabled, NULL, rebind_expires_at)
  WHERE users.id = :userId AND ${LIVE_APP} RETURNING id`);

/** Throws `not_found`. */
export async function findUser(deps: Deps, id: string): Promise<FoundUser> {
  const account = await loadAccount(deps, id);
  if (account) return account;
  const found = await loadUserById(deps, id);
  if (!found) throw new Problem("not_found", { detail: "No such user." });
  return { ...found, account: null };
}

/** Throws `not_found` for a user without an account, and what `changeAccount` throws. */
export async function changeUserAccount(
  deps: Deps,
  { account, ...found }: FoundUser,
  changes: AccountChanges,
): Promise<void> {
  if (!account) throw new Problem("not_found", { detail: "The user has no account." });
  await changeAccount(deps, OPERATOR, { ...found, account }, changes);
}

export function toDetail(found: FoundUser, now: Date): UserDetail {
  const { app, user, account } = found;
  const { failures, createdAt } = user;
  return {
    id: user.id,
    appId: app.id,
    createdAt: new Date(createdAt),
    failures,
    account,
    ...toStatus(found, now),
  };
}

/** Ends or restores everything the user can do; what was minted before it was ended stays dead. */
export async function setDisabled(
  deps: Deps,
  { app, user }: UserRecord,
  { disabled, note }: { disabled: boolean; note: string | null },
): Promise<void> {
  if (disabled === (user.disabledAt !== null)) return;
  const claim = { ...claimBy(deps, OPERATOR, { app, user }), disabled: Number(disabled) };
  const type = disabled ? "user.disabled" : "user.enabled";
  await commitClaim(deps, [
    CLAIM_DISABLING(deps.db.$client, claim),
    ...(disabled ? [deletePending(deps, claim)] : []),
    record(deps, { ...eventOf(type, OPERATOR, { app, user }), note }, claim.attempt),
  ]);
}
