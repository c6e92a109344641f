/** Making accounts: by whoever registers, or by the operator. */

import { hashPassword } from "../crypto/password-hash";
import { randomId } from "../crypto/random";
import { statement } from "../db/statement";
import type { Deps } from "../env";
import { Problem } from "../problem";
import type { AppSettings } from "../db/schema";
import { normaliseName, type Account, type Profile } from "./account";
import { getApp } from "./apps";
import { record, type Source } from "./audit";
import { assertAcceptable } from "./password-policy";
import { ACCOUNTS_APP, MIN_PASSWORD_LENGTH } from "./policy";

export interface Registration {
  email: string;
  password: string;
  username?: string | undefined;
  name?: string | undefined;
}

/**
 * Decides: of several at once with one e-mail address or user name, one row comes to be. The user
 * follows it.
 */
const INSERT_ACCOUNT = statement(`
  INSERT INTO accounts (user_id, email, username, name, password_hash)
  SELECT :userId, :email, :username, :name, :passwordHash
  FROM apps WHERE id = :appId AND deleted_at IS NULL
    AND (:actor = 'admin' OR json_extract(settings, '$.registration') IS NOT 'closed')
  ON CONFLICT DO NOTHING RETURNING user_id`);
const INSERT_USER = statement(`
  INSERT INTO users (id, app_id, external_id, attempt, created_at)
  SELECT user_id, :appId, user_id, :attempt, :now FROM accounts WHERE user_id = :userId`);
const WHAT_IS_TAKEN = statement(
  `SELECT EXISTS (SELECT 1 FROM accounts WHERE email = :email) AS email`,
);

/**
 * Throws `registration_closed` (not to the operator), `weak_password`, `email_taken` or
 * `username_taken`.
 */
export async function register(
  deps: Deps,
  input: Registration,
  { actor, source = {} }: { actor: "admin" | "registration"; source?: Source },
): Promise<Profile> {
  const app = await getApp(deps, ACCOUNTS_APP);
  if (actor !== "admin" && app.settings.registration === "closed") {
    throw new Problem("registration_closed");
  }
  const account = {
    email: normaliseName(input.email),
    username: input.username === undefined ? null : normaliseName(input.username),
    name: input.name ?? null,
  };
  assertPassword(app.settings, account, input.password);
  const userId = randomId("usr");
  const attempt = crypto.randomUUID();
  const values = {
    ...account,
    userId,
    attempt,
    actor,
    appId: app.id,
    passwordHash: await hashPassword(input.password),
    now: deps.now.getTime(),
  };
  const d1 = deps.db.$client;
  const [inserted] = await d1.batch([
    INSERT_ACCOUNT(d1, values),
    INSERT_USER(d1, values),
    record(deps, { type: "account.created", actor, appId: app.id, userId, source }, attempt),
  ]);
  if (inserted?.results.length !== 1) throw await explainTaken(deps, values.email);
  return { id: userId, ...account, twoFactor: false, createdAt: deps.now };
}

async function explainTaken({ db }: Deps, email: string): Promise<Problem> {
  const taken = await WHAT_IS_TAKEN(db.$client, { email }).first<{ email: number }>();
  return new Problem(taken?.email === 1 ? "email_taken" : "username_taken");
}

/** Throws `weak_password`. */
export function assertPassword(settings: AppSettings, account: Account, password: string): void {
  assertAcceptable(password, { ...account, minLength: minPasswordLength(settings) });
}

/** In code points. Where a second factor is required, a shorter one will do. */
export function minPasswordLength({ minPasswordLength: set, secondFactor }: AppSettings): number {
  return set ?? MIN_PASSWORD_LENGTH[secondFactor];
}
