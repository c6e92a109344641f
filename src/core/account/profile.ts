/** Changing an account: by its user, or by the operator. */

import { hashPassword } from "../../crypto/password-hash";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { Account } from "../user/account";
import { OPERATOR, type Actor } from "../caller/actor";
import { record } from "../audit/event";
import { claimBy, CLAIMED, LIVE_APP, LIVE_CALLER, NOT_HELD } from "../caller/live";
import { assertNotHeld } from "../user/guard";
import { normaliseName, showEmail, toLoginName } from "../user/login-names";
import { assertPassword } from "./register";
import type { UserRecord } from "../user/record";
import { eventOf } from "../change/users";

/** What is left out stays as it is; null takes it away. */
export interface AccountChanges {
  email?: string | undefined;
  username?: string | null | undefined;
  name?: string | null | undefined;
  /** The operator's to set; it ends all sessions. */
  password?: string | undefined;
  /** The operator's own words. */
  note?: string | null;
}

/** Decides: the new names are nobody else's. */
const CLAIM = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + :endsSessions
  WHERE users.id = :userId AND ${LIVE_APP} AND ${LIVE_CALLER} AND ${NOT_HELD}
    AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.user_id <> users.id AND o.email = :email)
    AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.user_id <> users.id AND o.username = :username)
  RETURNING id`);
const COLUMNS = ["email", "username", "name"] as const;
const SET = {
  email: set("email"),
  username: set("username"),
  name: set("name"),
  password: set("password_hash"),
};

function set(column: string) {
  return statement(`UPDATE accounts SET ${column} = :value WHERE user_id = :userId AND ${CLAIMED}`);
}

const WHAT_IS_TAKEN = statement(`
  SELECT EXISTS (SELECT 1 FROM accounts WHERE user_id <> :userId AND email = :email) AS email,
    EXISTS (SELECT 1 FROM accounts WHERE user_id <> :userId AND username = :username) AS username`);

/**
 * Answers the account as it is afterwards. Throws `email_taken`, `username_taken`, `weak_password`,
 * or, to its user, `locked` for one who is capped.
 */
export async function changeAccount(
  deps: Deps,
  actor: Actor,
  { app, user, account }: UserRecord & { account: Account },
  { password, note = null, ...given }: AccountChanges,
): Promise<Account> {
  if (actor !== OPERATOR) assertNotHeld(user);
  const changes = normaliseNames(given);
  const changed = { ...account, ...changes };
  if (password !== undefined) assertPassword(app.settings, changed, password);
  const claim = {
    ...claimBy(deps, actor, { app, user }),
    endsSessions: Number(password !== undefined),
    email: toLoginName(changed.email),
    username: changed.username,
    name: changed.name,
  };
  const d1 = deps.db.$client;
  const assign = (column: keyof typeof SET, value: string | null) =>
    SET[column](d1, { ...claim, value });
  const [claimed] = await d1.batch([
    CLAIM(d1, claim),
    ...COLUMNS.flatMap((name) => (name in changes ? [assign(name, claim[name])] : [])),
    ...(password === undefined ? [] : [assign("password", await hashPassword(password))]),
    record(deps, { ...eventOf("account.changed", actor, { app, user }), note }, claim.attempt),
  ]);
  if (claimed?.results.length !== 1) throw await explain(deps, claim);
  return changed;
}

function normaliseNames({ email, username, name }: Omit<AccountChanges, "password" | "note">) {
  return {
    ...(email !== undefined && { email: showEmail(toLoginName(email)) }),
    ...(username !== undefined && { username: username && normaliseName(username) }),
    ...(name !== undefined && { name }),
  };
}

async function explain(
  { db }: Deps,
  { userId, email, username }: { userId: string; email: string; username: string | null },
): Promise<Problem> {
  const values = { userId, email, username };
  const taken = await WHAT_IS_TAKEN(db.$client, values).first<{
    email: number;
    username: number;
  }>();
  if (taken?.email === 1) return new Problem("email_taken");
  return new Problem(taken?.username === 1 ? "username_taken" : "conflict");
}
