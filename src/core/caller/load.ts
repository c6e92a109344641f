/** Loads the user whom a call is about and checks the caller, in one round trip. */

import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { isLink, isOperator, isSession, type Caller, type OperatorCaller } from "./actor";
import { loadByKey } from "./by-key";
import { loadByLink } from "./by-link";
import { loadBySession } from "./by-session";
import { loadUserById, type KnownUser, type LoadedUser } from "../user/record";

/**
 * Loads the user for any caller. Throws what `loadByKey`, `loadByLink` and `loadBySession` throw;
 * for the operator, throws `not_found`.
 */
export function loadUser(deps: Deps, caller: Caller): Promise<LoadedUser> {
  if (isOperator(caller)) return loadByOperator(deps, caller);
  if (isLink(caller)) return loadByLink(deps, caller);
  return isSession(caller) ? loadBySession(deps, caller) : loadByKey(deps, caller);
}

async function loadByOperator(deps: Deps, { userId }: OperatorCaller): Promise<LoadedUser> {
  const found = await loadUserById(deps, userId);
  if (!found) throw new Problem("not_found", { detail: "No such user." });
  const { externalId } = found.user;
  return { ...found, scopes: "", externalId, accountName: externalId };
}

/** Loads like `loadUser`, but throws `not_found` if the user does not exist. */
export async function loadKnownUser(deps: Deps, caller: Caller): Promise<KnownUser> {
  const loaded = await loadUser(deps, caller);
  if (!loaded.user) throw new Problem("not_found", { detail: "No such user." });
  return { ...loaded, user: loaded.user };
}
