/** The feed as a back end reads it by itself, if it cannot receive webhooks. */

import type { Deps } from "../../env";
import { loadAppOfKey } from "../app/key-check";
import type { KeyCaller } from "../caller/actor";
import { positionsIn } from "../listing";
import { newestPosition, positionAt, readFeed } from "./feed";
import { toMessage, type EventType, type Message } from "./message";

/** How often it looks while it waits. */
const LOOKS_EVERY_MS = 1000;

export interface LiveRequest {
  /** `next` of the answer before. Without it and `since`: what happens from now on. */
  after?: string | undefined;
  since?: Date | undefined;
  types?: EventType[] | undefined;
  limit: number;
  /** How many seconds to wait for an event, if there is none. */
  wait: number;
}

/**
 * Reads events in the order in which they were committed. Throws what `loadAppOfKey` throws: the key is
 * checked at every look.
 */
export async function followFeed(
  deps: Deps,
  caller: Omit<KeyCaller, "userId">,
  request: LiveRequest,
): Promise<{ items: Message[]; next: string }> {
  const { limit, wait, types = null } = request;
  const { id: appId } = await loadAppOfKey(deps, caller);
  let position = await startOf(deps, request);
  for (let looks = 0; ; looks++) {
    const part = await readFeed(deps, { appId, types, position, limit });
    position = part.position;
    if (part.found.length > 0 || looks >= wait) {
      return {
        items: part.found.map(({ event, shard }) => toMessage(event, shard)),
        next: position,
      };
    }
    await scheduler.wait(LOOKS_EVERY_MS);
    await loadAppOfKey(deps, caller);
  }
}

async function startOf(deps: Deps, { after, since }: LiveRequest): Promise<string> {
  if (after === undefined) return since ? positionAt(deps, since) : newestPosition(deps);
  return positionsIn(after, deps.shards.all.length).join(".");
}
