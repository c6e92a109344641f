/** The app `accounts`, as what is asked often needs it. */

import type { Deps } from "../../env";
import { ACCOUNTS_APP } from "../policy";
import { getApp, type AppRecord } from "./apps";

/** How long its settings and its brand may be those of before a change, in milliseconds. */
const REMEMBERED = 30_000;

const remembered = new WeakMap<Deps["db"], { app: AppRecord; readAt: number }>();

/**
 * The app as it was at most half a minute ago. Each isolate reads it once in that time, so that a
 * browser's call costs no round trip of its own. Nothing that decides about a user asks here.
 */
export async function accountsApp({ db, now }: Pick<Deps, "db" | "now">): Promise<AppRecord> {
  const known = remembered.get(db);
  // The absolute difference keeps it from being used for longer because the clock was set back.
  if (known && Math.abs(now.getTime() - known.readAt) < REMEMBERED) return known.app;
  const app = await getApp({ db }, ACCOUNTS_APP);
  remembered.set(db, { app, readAt: now.getTime() });
  return app;
}
