/** The user whom a call is about, with the check of whoever asks, in one round trip. */

import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { isLink, isOperator, isSession, type Caller, type OperatorCaller } from "./actor";
import { loadByKey } from "./by-key";
import { loadByLink } from "./by-link";
import { loadBySession } from "./by-session";
import { loadUserById, type KnownUser, type LoadedUser } from "../user/record";

/** Throws what `loadByKey`, `loadByLink` and `loadBySession` throw, and to the operator `not_found`. */
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

/** As `loadUser`, and throws `not_found` for a user who does not exist. */
export async function loadKnownUser(deps: Deps, caller: Caller): Promise<KnownUser> {
  const loaded = await loadUser(deps, caller);
  if (!loaded.user) throw new Problem("not_found", { detail: "No such user." });
  return { ...loaded, user: loaded.user };
}
