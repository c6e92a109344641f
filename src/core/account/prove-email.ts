/** Proves the e-mail address of an account by a code that is sent to it. */

import { effect } from "../../db/effect";
import type { Deps } from "../../env";
import { actorOf, type SessionCaller } from "../caller/actor";
import { loadBySession, type SessionRecord } from "../caller/by-session";
import { toLoginName } from "../user/login-names";
import type { Client } from "./attempt-counters";
import { sendMailedCode, spendMailedCode } from "./mailed-codes";

const PROVE = effect("UPDATE accounts SET email_proven_at = :now", "user_id = :userId");

/** Sends a code to the address of the account. Throws what `sendMailedCode` throws. */
export async function sendAddressCode(
  deps: Deps,
  caller: SessionCaller,
  client: Client,
): Promise<void> {
  const loaded = await loadBySession(deps, caller);
  await sendMailedCode(deps, { ...addressOf(caller, loaded), client });
}

/** Proves the address, and answers the account. Throws what `spendMailedCode` throws. */
export async function proveAddress(
  deps: Deps,
  caller: SessionCaller,
  code: string,
): Promise<SessionRecord> {
  const loaded = await loadBySession(deps, caller);
  const given = { ...addressOf(caller, loaded), code };
  await spendMailedCode(deps, given, { effects: [PROVE({})] });
  return { ...loaded, account: { ...loaded.account, emailProven: true } };
}

function addressOf(caller: SessionCaller, holder: SessionRecord) {
  const email = toLoginName(holder.account.email);
  return { holder, email, purpose: "address" as const, actor: actorOf(caller) };
}
