/**
 * Sets up an authenticator on the pages of a user's own account. They show the secret again after a
 * wrong code, but only to the session that made it. Otherwise somebody who has only the password
 * would learn the secret that is about to protect the account from them.
 */

import { randomId } from "../../crypto/random";
import { DEFAULT_PARAMETERS } from "../../crypto/totp";
import { effect } from "../../db/effect";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { SessionCaller } from "../caller/actor";
import { enrol, showPending, type Enrolment } from "./enrol";
import { loadBySession } from "../caller/by-session";
import { ACCOUNTS_BUCKET } from "../shard/bucket";
import { isActive } from "../user/record";

const NOTE_ENROLMENT = effect(
  "UPDATE sessions SET authenticator_id = :authenticatorId",
  "id = :sessionId",
);

/** Enrols an authenticator, which replaces all pending ones. Throws what `enrol` throws. */
export function enrolOwn(
  deps: Deps,
  caller: SessionCaller,
  name: string | undefined,
): Promise<Enrolment> {
  const id = randomId("auth", ACCOUNTS_BUCKET);
  const effects = [NOTE_ENROLMENT({ sessionId: caller.sessionId, authenticatorId: id })];
  return enrol(deps, caller, {
    id,
    name,
    parameters: DEFAULT_PARAMETERS,
    replaces: true,
    effects,
  });
}

/**
 * Shows the secret again. Throws `not_found` if this session enrolled nothing, `enrolment_closed`
 * if it enrolled another authenticator last, `already_confirmed` if the authenticator is active by
 * now, and what `showPending` throws.
 */
export async function showOwn(deps: Deps, caller: SessionCaller, id: string): Promise<Enrolment> {
  const { session, authenticators } = await loadBySession(deps, caller);
  if (session.authenticatorId === null) {
    throw new Problem("not_found", { detail: "Nothing that this session enrolled." });
  }
  if (session.authenticatorId !== id) throw new Problem("enrolment_closed");
  const isDone = authenticators.some((one) => one.id === id && isActive(one));
  if (isDone) throw new Problem("already_confirmed");
  return showPending(deps, caller, id);
}
