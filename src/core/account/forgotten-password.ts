/**
 * Sets another password for somebody who has forgotten theirs, by a code that is sent to their proven address.
 * That logs nobody in: whoever has a second factor is asked for it afterwards, on every device.
 */

import { hashPassword } from "../../crypto/password-hash";
import { effect } from "../../db/effect";
import type { Deps } from "../../env";
import { getApp } from "../app/apps";
import type { Actor } from "../caller/actor";
import { ACCOUNTS_APP } from "../policy";
import { findAccount } from "../user/account";
import { toLoginName } from "../user/login-names";
import { counterKey, type Client } from "./attempt-counters";
import { SET_PASSWORD } from "./change-password";
import { ANYBODY } from "./login";
import { isRight, sendMailedCode, spendMailedCode } from "./mailed-codes";
import { assertPassword } from "./register";

const RECOVERY: Actor = { ...ANYBODY, name: "recovery" };

/** Strangers may have used up the attempts that everybody has, so this place gets some of its own. */
const KNOW_ONLY_THIS_PLACE = effect(
  "UPDATE users SET known_networks = :networks, known_since = :now",
  "id = :userId",
);

/** Sends a code, if the address is the proven one of an account. Throws what `sendMailedCode` throws. */
export async function sendPasswordCode(deps: Deps, typed: string, client: Client): Promise<void> {
  await sendMailedCode(deps, { ...(await addressOf(deps, typed)), client });
}

export interface PasswordReset {
  email: string;
  code: string;
  newPassword: string;
  client: Client;
}

/**
 * Sets the password, and ends all sessions and the trust in all devices. Throws `weak_password`, and what
 * `spendMailedCode` throws. Whether the password is too much like the account's names is told only to somebody
 * with the right code, which stays good then.
 */
export async function resetPassword(deps: Deps, input: PasswordReset): Promise<void> {
  const { code, newPassword, client } = input;
  const address = await addressOf(deps, input.email);
  const { settings } = await getApp(deps, ACCOUNTS_APP);
  const given = { ...address, code };
  const nobody = { email: input.email, username: null, name: null };
  const known = (await isRight(deps, given)) ? address.holder?.account : null;
  assertPassword(settings, known ?? nobody, newPassword);
  const newHash = await hashPassword(newPassword);
  const here = await counterKey(deps, address.holder?.user.id ?? "", client.network);
  await spendMailedCode(deps, given, {
    effects: [
      SET_PASSWORD({ newHash }),
      KNOW_ONLY_THIS_PLACE({ networks: JSON.stringify([here]) }),
    ],
    endsSessions: true,
  });
}

async function addressOf(deps: Deps, typed: string) {
  const email = toLoginName(typed);
  const holder = await findAccount(deps, email);
  return { holder, email, purpose: "password" as const, actor: RECOVERY };
}
