/** The browser origins that may call the user API across origins: those registered for its app. */

import type { Deps } from "../../env";
import { getApp } from "./apps";
import { ACCOUNTS_APP } from "../policy";

/** How long an origin that was taken off the list may still call, in milliseconds. */
const REMEMBERED = 30_000;

const remembered = new WeakMap<Deps["db"], { origins: string[]; readAt: number }>();

/**
 * The registered origins. Each isolate reads them once in half a minute, so that a browser's call
 * costs no round trip of its own.
 */
export async function registeredOrigins({ db, now }: Pick<Deps, "db" | "now">): Promise<string[]> {
  const known = remembered.get(db);
  // The absolute difference keeps them from being used for longer because the clock was set back.
  if (known && Math.abs(now.getTime() - known.readAt) < REMEMBERED) return known.origins;
  const { settings } = await getApp({ db }, ACCOUNTS_APP);
  remembered.set(db, { origins: settings.allowedOrigins, readAt: now.getTime() });
  return settings.allowedOrigins;
}
