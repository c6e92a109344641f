/** Loads the user whom a call is about and checks the caller, in one round trip. */

import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { isKey, isLink, isOperator, isSession, type Caller, type OperatorCaller } from "./actor";
import { loadByKey, lookNearby } from "./by-key";
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
  return known(await loadUser(deps, caller));
}

function known(loaded: LoadedUser): KnownUser {
  if (!loaded.user) throw new Problem("not_found", { detail: "No such user." });
  return { ...loaded, user: loaded.user };
}

/**
 * Loads like `loadKnownUser`, and hands the user to `use`. For a key, the nearest copy of the
 * database is asked first, and `isStale` says that it may be behind. What is thrown because of such a
 * copy, here or by `use`, refuses nobody: then the primary is asked.
 */
export async function withNearestUser<T>(
  deps: Deps,
  caller: Caller,
  use: (user: KnownUser, isStale: boolean) => Promise<T>,
): Promise<T> {
  const seen = isKey(caller) ? await lookNearby(deps, caller) : null;
  if (seen) {
    try {
      return await use(known(seen.judge()), seen.isStale);
    } catch (refusal) {
      if (!seen.isStale) throw refusal;
    }
  }
  return use(await loadKnownUser(deps, caller), false);
}
