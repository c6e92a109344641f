/**
 * Logs in with password and code in one request. Stored state decides which part is which, and one
 * password is hashed in either case. Whatever is wrong costs the same work: after a wrong password
 * the code is tried on a user who does not exist. Only the app's hook, if it has one, is asked after a right
 * password alone, as at every log-in.
 */

import { normaliseCode } from "../../crypto/code";
import { randomId } from "../../crypto/random";
import type { Effect } from "../../db/effect";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { findAccount, toProfile, type AccountRecord } from "../user/account";
import { isBoundToEnrol, type Assurance } from "../caller/assurance";
import type { Client } from "./attempt-counters";
import { openAuthenticators } from "../code/match";
import { isNewPlace, noteDevice } from "./known-browsers";
import { askHook } from "../hook/ask";
import { toLoginName } from "../user/login-names";
import { ANYBODY, type LoggedIn } from "./login";
import { attemptPassword, type PasswordAttempt } from "./password-gate";
import { ACCOUNTS_APP, CHALLENGE_LIFE_SECONDS, DEFAULT_SETTINGS } from "../policy";
import { beginSession, createSecrets, issueCredentials } from "../session/sessions";
import { ACCOUNTS_BUCKET } from "../shard/bucket";
import { hasSecondFactor, isActive } from "../user/record";
import type { Subject } from "../code/subject";
import { attemptCode } from "../code/verify";

export interface LoginAtOnce {
  name: string;
  /**
   * Takes apart what was typed. `needsCode` says whether the user has a second factor, so that a
   * code is part of it.
   */
  split: (needsCode: boolean) => { password: string; digits: string };
  client: Client;
}

/**
 * Logs in. Throws `invalid_credentials`, whatever is wrong. After a right password also throws what `askHook`
 * throws, and `method_not_accepted` if the hook requires another kind of code. Then the code is not tried.
 */
export async function loginAtOnce(
  deps: Deps,
  { name: typed, split, client }: LoginAtOnce,
): Promise<LoggedIn> {
  const name = toLoginName(typed);
  const account = await findAccount(deps, name);
  const needsCode = account !== null && hasSecondFactor(account);
  const { password, digits } = split(needsCode);
  const secrets = await createSecrets("tokens");
  const passwordAt = deps.now.getTime();
  const begin = (assurance: Assurance, wanted: boolean) =>
    beginSession(deps, { secrets, assurance, begin: wanted });
  const isNew = await isNewPlace(deps, account, client);
  const place = { isNew, actor: ANYBODY.name, userId: account?.user.id ?? "" };
  const noteNew = (wanted: boolean) => noteDevice(deps, { ...place, isNew: isNew && wanted });
  const one = { aal: 1, passwordAt, secondFactorAt: null } as const;
  const two = { aal: 2, passwordAt, secondFactorAt: passwordAt } as const;
  const effects = [begin(one, !needsCode), noteNew(!needsCode)];
  const attempt = { account, name, password, client, actor: ANYBODY, effects };
  const proven = await isProven(deps, { ...attempt, awaitsCode: needsCode });
  const isDone = proven !== null && !needsCode;
  if (proven && needsCode) await assertPermitted(deps, proven);
  if (!isDone && !(await codePasses(deps, proven, digits, [begin(two, true), noteNew(true)]))) {
    throw new Problem("invalid_credentials");
  }
  if (!proven) throw new Error("a code of nobody was accepted");
  const assurance = needsCode ? two : one;
  const subject = { ...assurance, userId: proven.user.id, boundToEnrol: isBoundToEnrol(proven) };
  return { credentials: await issueCredentials(deps, secrets, subject), user: toProfile(proven) };
}

/** The account if the password is right, or null if anything is wrong. */
async function isProven(deps: Deps, attempt: PasswordAttempt): Promise<AccountRecord | null> {
  try {
    await attemptPassword(deps, attempt);
    return attempt.account;
  } catch (refusal) {
    if (refusal instanceof Problem) return null;
    throw refusal;
  }
}

async function assertPermitted(deps: Deps, account: AccountRecord): Promise<void> {
  const { methods } = await askHook(deps, account, { purpose: null, actor: ANYBODY.name });
  if (!methods.includes("totp")) throw new Problem("method_not_accepted");
}

/** Tries the code as a challenge of its own, so that a replay is decided where all others are. */
async function codePasses(
  deps: Deps,
  account: AccountRecord | null,
  typed: string,
  afterPass: Effect[],
): Promise<boolean> {
  const expiresAt = deps.now.getTime() + CHALLENGE_LIFE_SECONDS.min * 1000;
  const subject = {
    ...(account ? await subjectOf(deps, account) : NOBODY),
    actor: ANYBODY,
    challenge: { id: randomId("chal", ACCOUNTS_BUCKET), expiresAt },
    afterPass,
  };
  const code = normaliseCode(typed);
  const digits = code?.method === "totp" ? code.digits : typed;
  const outcome = await attemptCode(deps, subject, { method: "totp", digits });
  return outcome?.verdict === "passed";
}

/** A user who does not exist: no row has this epoch. */
const NOBODY = {
  app: { id: ACCOUNTS_APP, epoch: -1, settings: DEFAULT_SETTINGS },
  user: { id: "", epoch: -1, failures: 0 },
  authenticators: [],
};

async function subjectOf(
  { keyring }: Deps,
  { app, user, authenticators }: AccountRecord,
): Promise<Pick<Subject, "app" | "user" | "authenticators">> {
  const active = authenticators.filter(isActive);
  const about = { appId: app.id, userId: user.id, authenticators: active };
  return { app, user, authenticators: await openAuthenticators(keyring, about) };
}
