/** Users, as the operator sees and changes them: by our own id, over all apps. */

import { and, desc, eq, gt, isNotNull, isNull, lt, sql } from "drizzle-orm";
import { accounts } from "../db/account-schema";
import { apps, users } from "../db/schema";
import { statement } from "../db/statement";
import type { Deps } from "../env";
import { Problem } from "../problem";
import { loadAccount, type Account } from "./account";
import { OPERATOR } from "./actor";
import { record } from "./audit";
import { claimBy, commitClaim, LIVE_APP } from "./claim";
import { showEmail, toSearched } from "./login-names";
import { loadUserById, type UserRecord } from "./user-record";
import { toPage, type Page, type PageRequest } from "./page";
import { changeAccount, type AccountChanges } from "./profile";
import { deletePending, eventOf, toStatus, type UserStatus } from "./users";

export interface UserSummary {
  id: string;
  appId: string;
  /** The app's own name for the user. */
  userId: string;
  email: string | null;
  username: string | null;
  createdAt: Date;
  disabled: boolean;
  capped: boolean;
  lockedUntil: Date | null;
}

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

/** What an operator looks for: `locked` for a while, `capped` until a reset, `reset` and not rebound. */
export const USER_STATES = ["locked", "capped", "disabled", "reset"] as const;
export type UserState = (typeof USER_STATES)[number];

const inState = (now: Date) => ({
  locked: gt(users.lockedUntil, now),
  capped: isNotNull(users.cappedAt),
  disabled: isNotNull(users.disabledAt),
  reset: eq(users.mustRebind, true),
});

export interface UserFilter {
  appId?: string | undefined;
  query?: string | undefined;
  state?: UserState | undefined;
}

/**
 * Newest first. `query` is a part of their e-mail address or user name, in any case, or of the app's
 * own name for the user, of which only ASCII letters are found in another case.
 */
export async function listUsers(
  { db, now }: Deps,
  { appId, query, state, cursor, limit }: UserFilter & PageRequest,
): Promise<Page<UserSummary>> {
  const searched = toSearched(query ?? "");
  const rows = await db
    .select({
      id: users.id,
      appId: users.appId,
      userId: users.externalId,
      email: accounts.email,
      username: accounts.username,
      createdAt: users.createdAt,
      disabled: sql<boolean>`${users.disabledAt} IS NOT NULL`.mapWith(Boolean),
      capped: sql<boolean>`${users.cappedAt} IS NOT NULL`.mapWith(Boolean),
      lockedUntil: users.lockedUntil,
      cursor: sql<number>`users.rowid`,
    })
    .from(users)
    .innerJoin(apps, and(eq(apps.id, users.appId), isNull(apps.deletedAt)))
    .leftJoin(accounts, eq(accounts.userId, users.id))
    .where(
      and(
        appId === undefined ? undefined : eq(users.appId, appId),
        searched.length === 0
          ? undefined
          : sql`EXISTS (SELECT 1 FROM json_each(${JSON.stringify(searched)}) WHERE instr(concat_ws(char(10), ${users.externalId}, lower(${users.externalId}), ${accounts.email}, ${accounts.username}), value) > 0)`,
        state === undefined ? undefined : inState(now)[state],
        cursor === undefined ? undefined : lt(sql`users.rowid`, Number(cursor)),
      ),
    )
    .orderBy(desc(sql`users.rowid`))
    .limit(limit + 1);
  const page = toPage(rows, limit);
  return {
    ...page,
    items: page.items.map(({ email, ...user }) => ({
      ...user,
      email: email && showEmail(email),
      lockedUntil: future(user.lockedUntil, now),
    })),
  };
}

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

function future(instant: Date | null, now: Date): Date | null {
  return instant && instant > now ? instant : null;
}
