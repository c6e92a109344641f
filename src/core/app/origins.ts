/** The browser origins that may call the user API from elsewhere: those registered for its app. */

import type { Deps } from "../../env";
import { getApp } from "./apps";
import { ACCOUNTS_APP } from "../policy";

/** So long one taken off the list may still call. */
const REMEMBERED = 30_000;

const remembered = new WeakMap<Deps["db"], { origins: string[]; readAt: number }>();

/** Read once in half a minute and isolate: a browser's call costs no round trip of its own. */
export async function registeredOrigins({ db, now }: Pick<Deps, "db" | "now">): Promise<string[]> {
  const known = remembered.get(db);
  // Nor for longer because the clock was set back.
  if (known && Math.abs(now.getTime() - known.readAt) < REMEMBERED) return known.origins;
  const { settings } = await getApp({ db }, ACCOUNTS_APP);
  remembered.set(db, { origins: settings.allowedOrigins, readAt: now.getTime() });
  return settings.allowedOrigins;
}
