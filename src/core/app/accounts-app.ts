/** The app `accounts`, as what is asked often needs it. */

import type { Deps } from "../../env";
import { ACCOUNTS_APP } from "../policy";
import { getApp, type AppRecord } from "./apps";

/** How long its settings and its brand may be those of before a change, in milliseconds. */
const REMEMBERED = 30_000;

const remembered = new WeakMap<Deps["shards"], { app: AppRecord; readAt: number }>();

/**
 * The app as it was at most half a minute ago. Each isolate reads it once in that time, so that a
 * browser's call costs no round trip of its own. Nothing that decides about a user asks here.
 */
export async function accountsApp({
  shards,
  now,
}: Pick<Deps, "shards" | "now">): Promise<AppRecord> {
  const known = remembered.get(shards);
  // The absolute difference keeps it from being used for longer because the clock was set back.
  if (known && Math.abs(now.getTime() - known.readAt) < REMEMBERED) return known.app;
  const app = await getApp({ db: shards.control }, ACCOUNTS_APP);
  remembered.set(shards, { app, readAt: now.getTime() });
  return app;
}
