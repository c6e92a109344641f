/** Who is told after a request has recorded events: the endpoints of its apps. */

import type { Deps, Shards } from "../../env";
import { MINUTE } from "../policy";
import { deliver } from "./deliver";
import { IS_SENT_TO } from "./turn";

/**
 * For so long an isolate goes by the endpoints that it has read. One that another isolate has made is told
 * by the run of every minute until then.
 */
const REMEMBERED = MINUTE / 2;

/** Behind an answer a Worker may go on for 30 s, and the last message may take 10. */
const PATIENCE_MS = 15_000;

const LIST = `SELECT id, app_id AS appId FROM webhook_endpoints WHERE ${IS_SENT_TO}`;

interface Listener {
  id: string;
  appId: string;
}

const remembered = new WeakMap<Shards, { listeners: Listener[]; readAt: number }>();

/** Another request of this isolate reads them anew. */
export function forgetListeners({ shards }: Pick<Deps, "shards">): void {
  remembered.delete(shards);
}

/**
 * Tells the endpoints of the apps of which events have been recorded, after the answer. With a queue that is
 * only a message; otherwise the events are delivered here.
 */
export function tellListeners(deps: Deps): void {
  const { told } = deps.request;
  if (told.size > 0) deps.defer(tell(deps, told));
}

async function tell(deps: Deps, apps: ReadonlySet<string>): Promise<void> {
  const listeners = (await readListeners(deps)).filter(({ appId }) => apps.has(appId));
  // Each by itself: one that fails must not end the work that the others are at.
  for (const { id } of listeners) {
    deps.defer(deps.queue ? deps.queue.send({ endpointId: id }) : deliver(deps, id, PATIENCE_MS));
  }
}

async function readListeners({ shards, now }: Deps): Promise<Listener[]> {
  const known = remembered.get(shards);
  // The absolute difference keeps it from being used for longer because the clock was set back.
  if (known && Math.abs(now.getTime() - known.readAt) < REMEMBERED) return known.listeners;
  const { results: listeners } = await shards.control.$client.prepare(LIST).all<Listener>();
  remembered.set(shards, { listeners, readAt: now.getTime() });
  return listeners;
}
