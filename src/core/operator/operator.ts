/** Users as the operator sees and changes them: by our own id, over all apps. */

import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { toStatus, type UserStatus } from "../authenticator/status";
import type { OperatorCaller } from "../caller/actor";
import { change } from "../change/change";
import { DELETE_PENDING } from "../change/factors";
import { loadAccount, type Account } from "../user/account";
import { loadUserById, type UserRecord } from "../user/record";

export interface UserDetail extends UserStatus {
  id: string;
  appId: string;
  createdAt: Date;
  failures: number;
  /** The account of a user of the user API. Null for any other user. */
  account: Account | null;
}

/** A user with their account, if they have one. */
export type FoundUser = UserRecord & { account: Account | null };

/** Loads a user with their account. Throws `not_found`. */
export async function findUser(deps: Deps, id: string): Promise<FoundUser> {
  const account = await loadAccount(deps, id);
  if (account) return account;
  const found = await loadUserById(deps, id);
  if (!found) throw new Problem("not_found", { detail: "No such user." });
  return { ...found, account: null };
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

/**
 * Disabling ends what was minted before, including a reset. While the user is disabled, only the
 * operator can mint anything: a reset, which counts once the user is enabled again.
 */
const DISABLE = change(
  "user.disabled",
  {
    raisesEpoch: true,
    set: "disabled_at = :now, rebind_hash = NULL, rebind_expires_at = NULL",
    effects: [DELETE_PENDING],
  },
  { plan: ({ found }, note: Note) => planSwitch(found.user.disabledAt !== null, note) },
);
const ENABLE = change(
  "user.enabled",
  { set: "disabled_at = NULL" },
  { plan: ({ found }, note: Note) => planSwitch(found.user.disabledAt === null, note) },
);

interface Note {
  note: string | null;
}

function planSwitch(isDone: boolean, { note }: Note) {
  return { isDone, values: {}, event: { note }, answer: undefined };
}

/**
 * Disables or enables a user. Disabling ends everything that the user can do, and what was minted
 * before stays dead when the user is enabled again. Throws what a change throws.
 */
export function setDisabled(
  deps: Deps,
  caller: OperatorCaller,
  { disabled, note }: { disabled: boolean } & Note,
): Promise<void> {
  return (disabled ? DISABLE : ENABLE)(deps, caller, { note });
}
