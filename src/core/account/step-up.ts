/**
 * Proves the user again within a session, which changes to factors, e-mail address or password ask
 * for. The session gets new secrets, and the old ones are worth nothing.
 */

import type { Effect } from "../../db/effect";
import type { Deps } from "../../env";
import { loadAccount } from "../user/account";
import { actorOf, type SessionCaller } from "../caller/actor";
import { isBoundToEnrol, type Assurance } from "../caller/assurance";
import type { Client } from "./attempt-counters";
import { confirm, type Confirmation, type ConfirmationInput } from "../authenticator/confirm";
import { loadBySession, type Session, type SessionRecord } from "../caller/by-session";
import { attemptPassword, type PasswordAttempt } from "./password-gate";
import {
  createSecrets,
  issueCredentials,
  renewSession,
  type Credentials,
  type SessionSecrets,
} from "../session/sessions";
import { invalidCode } from "../code/lock-out";
import { verifyCode } from "../code/verify";

/**
 * Proves the user by a code, through the one gate. Throws `invalid_code`, and what `verifyCode`
 * throws.
 */
export async function stepUp(
  deps: Deps,
  caller: SessionCaller,
  code: string,
): Promise<Credentials> {
  const { user, session } = await loadBySession(deps, caller);
  const secrets = await renewedSecrets(session);
  const proven = secondFactorNow(deps);
  const verification = await verifyCode(deps, caller, {
    code,
    afterPass: [renewSession(deps, { secrets, proven })],
  });
  if (!verification.valid) throw invalidCode(deps, verification);
  return issueCredentials(deps, secrets, { ...proven, userId: user.id, boundToEnrol: false });
}

/**
 * Proves the user by the password, for users without a second factor. Throws `invalid_credentials`,
 * and what `attemptPassword` throws.
 */
export async function stepUpWithPassword(
  deps: Deps,
  caller: SessionCaller,
  { password, client }: { password: string; client: Client },
): Promise<Credentials> {
  const loaded = await loadBySession(deps, caller);
  return givePassword(deps, caller, { loaded, password, client });
}

/**
 * Proves the user by the password, and renews their session. Throws what `stepUpWithPassword` throws.
 */
export async function givePassword(
  deps: Deps,
  caller: SessionCaller,
  input: { loaded: SessionRecord } & Pick<PasswordAttempt, "password" | "client"> &
    Pick<PasswordAttempt, "endsSessions" | "forgetsPlaces">,
  effects: Effect[] = [],
): Promise<Credentials> {
  const { loaded, ...given } = input;
  const { app, user, session } = loaded;
  const known = await loadAccount(deps, user.id);
  // The user and the app come from the read that decided what is needed, with its epochs.
  const account = known && { ...known, app, user };
  const secrets = await renewedSecrets(session);
  const proven = { ...session, passwordAt: deps.now.getTime() };
  await attemptPassword(deps, {
    ...given,
    account,
    name: user.id,
    actor: actorOf(caller),
    effects: [renewSession(deps, { secrets, proven }), ...effects],
  });
  const subject = { ...proven, userId: user.id, boundToEnrol: isBoundToEnrol(loaded) };
  return issueCredentials(deps, secrets, subject);
}

/**
 * Confirms a user's own authenticator. Their session rises to level 2 with that, and all others
 * end.
 */
export async function confirmOwn(
  deps: Deps,
  caller: SessionCaller,
  input: ConfirmationInput,
): Promise<Confirmation & { credentials: Credentials }> {
  const { user, session } = await loadBySession(deps, caller);
  const secrets = await renewedSecrets(session);
  const proven = secondFactorNow(deps);
  const confirmation = await confirm(deps, caller, {
    ...input,
    renewal: renewSession(deps, { secrets, proven }),
  });
  const subject = { ...proven, userId: user.id, boundToEnrol: false };
  return { ...confirmation, credentials: await issueCredentials(deps, secrets, subject) };
}

/** The zero says nothing about the password, because renewing a session never sets a time back. */
function secondFactorNow({ now }: Deps): Assurance {
  return { aal: 2, passwordAt: 0, secondFactorAt: now.getTime() };
}

function renewedSecrets({ id, byCookie }: Session): Promise<SessionSecrets> {
  return createSecrets(byCookie ? "cookie" : "tokens", id);
}
