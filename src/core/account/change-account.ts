/** Changes an account, for its user or for the operator. */

import { and, eq, ne, or } from "drizzle-orm";
import { hashPassword } from "../../crypto/password-hash";
import { accounts, type Language } from "../../db/account-schema";
import { effect } from "../../db/effect";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { isOperator, isSession, type Caller } from "../caller/actor";
import { loadBySession } from "../caller/by-session";
import { NOT_HELD } from "../caller/live";
import { changeOf } from "../change/change";
import { tellFormerAddress } from "../mail/former-address";
import { loadAccount, type Account } from "../user/account";
import { assertNotHeld } from "../user/guard";
import { normaliseName, showEmail, toLoginName } from "../user/login-names";
import type { KnownUser, UserRecord } from "../user/record";
import { assertPassword } from "./register";

/** Whatever is left out stays as it is, and null removes it. */
export interface AccountChanges {
  email?: string | undefined;
  username?: string | null | undefined;
  name?: string | null | undefined;
  language?: Language | undefined;
  /** Only the operator sets this. It ends all sessions. */
  password?: string | undefined;
  /** The operator's own words. */
  note?: string | null;
}

/** Nobody else has the new names. */
const NAMES_ARE_FREE = `
    NOT EXISTS (SELECT 1 FROM accounts o WHERE o.user_id <> users.id AND o.email = :email)
    AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.user_id <> users.id AND o.username = :username)`;
const SET = {
  // Another address has not been proven.
  email: effect(
    "UPDATE accounts SET email = :value, email_proven_at = iif(email = :value, email_proven_at, NULL)",
    "user_id = :userId",
  ),
  username: set("username"),
  name: set("name"),
  language: set("language"),
  password: set("password_hash"),
};

function set(column: string) {
  return effect(`UPDATE accounts SET ${column} = :value`, "user_id = :userId");
}

type WithAccount = UserRecord & { account: Account };

const CHANGE = changeOf(loadWithAccount)(
  "account.changed",
  {
    set: "epoch = epoch + :endsSessions",
    only: [NOT_HELD, NAMES_ARE_FREE],
  },
  {
    plan: async ({ deps, caller, found }, { password, note = null, ...given }: AccountChanges) => {
      if (!isOperator(caller)) assertNotHeld(found.user);
      const changes = normalise(given);
      const account = withChanges(found.account, changes);
      if (password !== undefined) assertPassword(found.app.settings, account, password);
      const { username, name, language } = account;
      const values = { email: toLoginName(account.email), username, name };
      const columns = (["email", "username", "name", "language"] as const).filter(
        (one) => one in changes,
      );
      const all = { ...values, language };
      const effects = [
        ...tellFormerAddress(deps, values.email),
        ...columns.map((column) => SET[column]({ value: all[column] })),
      ];
      if (password !== undefined) {
        effects.push(SET.password({ value: await hashPassword(password) }));
      }
      return {
        values: { ...values, endsSessions: Number(password !== undefined) },
        event: { note },
        effects,
        answer: { ...found, account },
      };
    },
    explain: ({ deps }, { answer }) => whatIsTaken(deps, answer),
  },
);

/**
 * Changes an account and answers it as it is afterwards. Throws `email_taken`, `username_taken`,
 * `weak_password`, and what a change throws. For the user, also throws `locked` if they are capped;
 * for the operator, `not_found` if the user has no account.
 */
export function changeAccount(
  deps: Deps,
  caller: Caller,
  changes: AccountChanges,
): Promise<WithAccount> {
  return CHANGE(deps, caller, changes);
}

async function loadWithAccount(deps: Deps, caller: Caller): Promise<KnownUser & WithAccount> {
  if (isSession(caller)) return loadBySession(deps, caller);
  const found = isOperator(caller) ? await loadAccount(deps, caller.userId) : null;
  if (!found) throw new Problem("not_found", { detail: "The user has no account." });
  const { externalId } = found.user;
  return { ...found, scopes: "", externalId, accountName: found.account.email };
}

function withChanges(account: Account, changes: Partial<Account>): Account {
  const isSame = changes.email === undefined || changes.email === account.email;
  return { ...account, ...changes, emailProven: account.emailProven && isSame };
}

function normalise({ email, username, name, language }: Omit<AccountChanges, "password" | "note">) {
  return {
    ...(email !== undefined && { email: showEmail(toLoginName(email)) }),
    ...(username !== undefined && { username: username && normaliseName(username) }),
    ...(name !== undefined && { name }),
    ...(language !== undefined && { language }),
  };
}

async function whatIsTaken({ db }: Deps, { user, account }: WithAccount): Promise<Problem | null> {
  const email = toLoginName(account.email);
  const { username } = account;
  const isTaken = or(eq(accounts.email, email), eq(accounts.username, username ?? ""));
  const others = await db
    .select({ email: accounts.email })
    .from(accounts)
    .where(and(ne(accounts.userId, user.id), isTaken));
  if (others.some((other) => other.email === email)) return new Problem("email_taken");
  return others.length > 0 ? new Problem("username_taken") : null;
}
