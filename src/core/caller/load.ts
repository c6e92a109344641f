/** The user whom a call is about, with the check of whoever asks, in one round trip. */

import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { isLink, isSession, type Caller } from "./actor";
import { loadByKey } from "./by-key";
import { loadByLink } from "./by-link";
import { loadBySession } from "./by-session";
import type { KnownUser, LoadedUser } from "../user/record";

/** Throws what `loadByKey`, `loadByLink` and `loadBySession` throw. */
export function loadUser(deps: Deps, caller: Caller): Promise<LoadedUser> {
  if (isLink(caller)) return loadByLink(deps, caller);
  return isSession(caller) ? loadBySession(deps, caller) : loadByKey(deps, caller);
}

/** As `loadUser`, and throws `not_found` for a user who does not exist. */
export async function loadKnownUser(deps: Deps, caller: Caller): Promise<KnownUser> {
  const loaded = await loadUser(deps, caller);
  if (!loaded.user) throw new Problem("not_found", { detail: "No such user." });
  return { ...loaded, user: loaded.user };
}
