/**
 * Proving oneself again within a session: what changes factors, e-mail or password asks for it. The
 * session's secrets are new afterwards; those of before are worth nothing.
 */

import { hashPassword } from "../../crypto/password-hash";
import { effect, type Effect } from "../../db/effect";
import type { Deps } from "../../env";
import { loadAccount } from "../user/account";
import { actorOf, type SessionCaller } from "../caller/actor";
import { assertFresh, isBoundToEnrol, type Assurance } from "../caller/assurance";
import type { Client } from "./attempt-counters";
import { eventOf, recorded } from "../audit/event";
import { confirm, type Confirmation, type ConfirmationInput } from "../authenticator/confirm";
import { loadBySession, type Session, type SessionRecord } from "../caller/by-session";
import { attemptPassword } from "./password-gate";
import { assertPassword } from "./register";
import {
  createSecrets,
  issueCredentials,
  renewSession,
  type Credentials,
  type SessionSecrets,
} from "../session/sessions";
import { isActive } from "../user/record";
import { invalidCode, verifyCode } from "../code/verify";

const SET_PASSWORD = effect("UPDATE accounts SET password_hash = :newHash", "user_id = :userId");

/** With a code, through the one gate. Throws `invalid_code`, and what `verifyCode` throws. */
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

/** With the password, for what a user without a second factor does. Throws `invalid_credentials`. */
export async function stepUpWithPassword(
  deps: Deps,
  caller: SessionCaller,
  { password, client }: { password: string; client: Client },
): Promise<Credentials> {
  const loaded = await loadBySession(deps, caller);
  return givePassword(deps, caller, { loaded, password, client });
}

/** Ends all other sessions. Throws `invalid_credentials` for the current one, or `weak_password`. */
export async function changePassword(
  deps: Deps,
  caller: SessionCaller,
  input: { currentPassword: string; newPassword: string; client: Client },
): Promise<Credentials> {
  const { currentPassword: password, newPassword, client } = input;
  const loaded = await loadBySession(deps, caller);
  // Without a second factor the current password is proof enough.
  if (loaded.authenticators.some(isActive)) assertFresh(loaded, deps.now);
  assertPassword(loaded.app.settings, loaded.account, newPassword);
  const newHash = await hashPassword(newPassword);
  const event = eventOf("password.changed", actorOf(caller), loaded);
  return givePassword(deps, caller, { loaded, password, client, endsSessions: true }, [
    SET_PASSWORD({ newHash }),
    recorded(deps, event),
  ]);
}

async function givePassword(
  deps: Deps,
  caller: SessionCaller,
  input: { loaded: SessionRecord; password: string; client: Client; endsSessions?: boolean },
  effects: Effect[] = [],
): Promise<Credentials> {
  const { loaded, ...given } = input;
  const { app, user, session } = loaded;
  const known = await loadAccount(deps, user.id);
  // With the epoch of the read that decided what is needed.
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

/** A user's own authenticator: their session rises to level 2 with it, and all others end. */
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

/** Nothing is said of the password. */
function secondFactorNow({ now }: Deps): Assurance {
  return { aal: 2, passwordAt: 0, secondFactorAt: now.getTime() };
}

function renewedSecrets({ id, byCookie }: Session): Promise<SessionSecrets> {
  return createSecrets(byCookie ? "cookie" : "tokens", id);
}
