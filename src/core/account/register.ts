/** Makes accounts, for somebody who registers or for the operator. */

import { eq } from "drizzle-orm";
import { hashPassword } from "../../crypto/password-hash";
import { randomId } from "../../crypto/random";
import { accounts, type Language } from "../../db/account-schema";
import { carryOut, claimed } from "../../db/effect";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { AppSettings } from "../../db/app-schema";
import type { Names, Profile } from "../user/account";
import { getApp } from "../app/apps";
import {
  countWhere,
  IS_OPEN,
  placeCounters,
  USED_UP_UNTIL,
  usedUp,
  type Client,
} from "./attempt-counters";
import { recorded } from "../audit/event";
import { normaliseName, showEmail, toLoginName } from "../user/login-names";
import { assertAcceptable } from "./password-policy";
import { ACCOUNTS_APP, MIN_PASSWORD_LENGTH, REGISTRATION_GUARDS } from "../policy";
import { ACCOUNTS_BUCKET } from "../shard/bucket";
import { placed } from "../shard/placement";

export type Registration = Person & (WithPassword | WithHash);

interface WithPassword {
  password: string;
  passwordHash?: never;
}

/** What another system made of a password: an argon2id hash that `isPasswordHash` accepts. */
interface WithHash {
  passwordHash: string;
  password?: never;
}

interface Person {
  email: string;
  username?: string | undefined;
  name?: string | undefined;
  /** In which the user reads mail. */
  language?: Language | undefined;
}

/**
 * Decides: of several registrations at once with the same e-mail address or user name, one gets a
 * row. The user is inserted afterwards.
 */
const INSERT_ACCOUNT = statement(`
  INSERT INTO accounts (user_id, email, username, name, language, password_hash)
  SELECT :userId, :email, :username, :name, :language, :passwordHash
  FROM apps WHERE id = :appId AND deleted_at IS NULL
    AND (:actor = 'admin' OR json_extract(settings, '$.registration') IS NOT 'closed')
    AND ${IS_OPEN}
  ON CONFLICT DO NOTHING RETURNING user_id`);
const INSERT_USER = statement(`
  INSERT INTO users (id, app_id, external_id, attempt, created_at)
  SELECT user_id, :appId, user_id, :attempt, :now FROM accounts WHERE user_id = :userId`);
const GUARDS = { limits: REGISTRATION_GUARDS, name: ["registration"] };
const TOO_MANY = {
  detail: "Too many accounts were made from this address.",
  policy: "registration",
};
/** Counts also if the name was taken, so that nobody can find out names by asking often. */
const COUNT = countWhere(":guards", IS_OPEN);

/** Who makes the account: the operator, or a person for themselves. */
type Origin = { actor: "admin"; client?: never } | { actor: "registration"; client: Client };

/**
 * Makes an account. Throws `weak_password`, `email_taken` or `username_taken`; also
 * `registration_closed` and `rate_limited`, except to the operator.
 */
export async function register(
  given: Deps,
  input: Registration,
  { actor, client }: Origin,
): Promise<Profile> {
  const deps = placed(given, ACCOUNTS_BUCKET);
  const app = await getApp(deps, ACCOUNTS_APP);
  if (actor !== "admin" && app.settings.registration === "closed") {
    throw new Problem("registration_closed");
  }
  const email = toLoginName(input.email);
  const account = {
    email: showEmail(email),
    username: input.username === undefined ? null : normaliseName(input.username),
    name: input.name ?? null,
    language: input.language ?? null,
  };
  const userId = randomId("usr", ACCOUNTS_BUCKET);
  const attempt = crypto.randomUUID();
  const values = {
    ...account,
    email,
    userId,
    attempt,
    actor,
    appId: app.id,
    passwordHash: await hashOf(app.settings, account, input),
    guards: JSON.stringify(client ? await placeCounters(deps, client, GUARDS) : []),
    now: deps.now.getTime(),
  };
  const created = { type: "account.created", actor, appId: app.id, userId } as const;
  const d1 = deps.db.$client;
  const [used, inserted] = await d1.batch<{ until?: number | null }>([
    USED_UP_UNTIL(deps, values),
    INSERT_ACCOUNT(deps, values),
    INSERT_USER(deps, values),
    ...carryOut(deps, claimed(values), [recorded(deps, created)]),
    // This comes after the account: both ask whether registration was open before.
    COUNT(deps, values),
  ]);
  const until = used?.results[0]?.until ?? null;
  if (until !== null) throw usedUp(until - values.now, TOO_MANY);
  if (inserted?.results.length !== 1) throw await explainTaken(deps, values.email);
  return {
    id: userId,
    ...account,
    emailProven: false,
    twoFactor: false,
    createdAt: deps.now,
  };
}

/** Nothing is known of a password that comes as a hash, so it is not judged. */
async function hashOf(settings: AppSettings, account: Names, input: Registration): Promise<string> {
  if (input.password === undefined) return input.passwordHash;
  assertPassword(settings, account, input.password);
  return hashPassword(input.password);
}

async function explainTaken({ db }: Deps, email: string): Promise<Problem> {
  const { userId } = accounts;
  const [taken] = await db.select({ userId }).from(accounts).where(eq(accounts.email, email));
  return new Problem(taken ? "email_taken" : "username_taken");
}

/** Throws `weak_password`. */
export function assertPassword(settings: AppSettings, account: Names, password: string): void {
  assertAcceptable(password, { ...account, minLength: minPasswordLength(settings) });
}

/**
 * The minimum length of a password in code points. A shorter one is enough where a second factor is
 * required.
 */
export function minPasswordLength({ minPasswordLength: set, secondFactor }: AppSettings): number {
  return set ?? MIN_PASSWORD_LENGTH[secondFactor];
}
