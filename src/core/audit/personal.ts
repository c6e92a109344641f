/**
 * What an archived event says of a person: address, browser and note. Deleting a user takes these
 * away from events in the database. Nothing can be taken from the archive, so they are sealed there
 * with a key in the user's row, which is deleted with it.
 */

import { importErasureKey, openErasable, sealErasable } from "../../crypto/erasable";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { unreadableErasureKey } from "../unreadable";
import type { EventRow } from "./record";

/** An event as a line of the archive. */
export interface ArchivedEvent extends EventRow {
  /** In ISO 8601, for people who read it. */
  at: string;
  sealed?: string;
  /** Whose key opens it, if not that of `userId`: of a user who came of the link of this event. */
  sealedFor?: string;
}

type Personal = Pick<EventRow, "ip" | "userAgent" | "note">;
const NOTHING: Personal = { ip: null, userAgent: null, note: null };

/** The keys of those of these users who have one. */
export const LOAD_KEYS = statement(`
  SELECT u.id, u.erasure_key AS erasureKey FROM json_each(:ids) j JOIN users u ON u.id = j.value
  WHERE u.erasure_key IS NOT NULL`);

/** Whether an event says anything of a person. */
export function isPersonal({ ip, userAgent, note }: EventRow): boolean {
  return ip !== null || userAgent !== null || note !== null;
}

/** An event with what it says of its user sealed, or left out if there is no key any more. */
export async function sealPersonal(
  event: EventRow,
  { key, owner }: { key: CryptoKey | undefined; owner: string },
): Promise<ArchivedEvent> {
  const { ip, userAgent, note, id } = event;
  // The note of a link's event is the link's id. That stays when its user is deleted.
  const isOfLink = event.userId === null;
  const bare = { ...inClear(event), ...NOTHING, ...(isOfLink && { note }) };
  if (!key) return bare;
  const personal = JSON.stringify(isOfLink ? { ip, userAgent } : { ip, userAgent, note });
  const sealed = await sealErasable(key, id, personal);
  return { ...bare, sealed, ...(isOfLink && { sealedFor: owner }) };
}

/** An event of nobody, or of somebody who is deleted. */
export function inClear(event: EventRow): ArchivedEvent {
  return { ...event, at: new Date(event.id / 1000).toISOString() };
}

/** Opens what is sealed, except what was sealed for users who have been deleted. */
export async function openPersonal(deps: Deps, events: ArchivedEvent[]): Promise<EventRow[]> {
  const owners = new Set(events.filter(({ sealed }) => sealed).map(ownerOf));
  const keys: Keys = owners.size === 0 ? new Map() : await loadKeys(deps, [...owners]);
  return Promise.all(events.map((event) => openEvent(event, keys.get(ownerOf(event)))));
}

async function openEvent(archived: ArchivedEvent, key: CryptoKey | undefined): Promise<EventRow> {
  const { at: _at, sealed, sealedFor: _owner, ...event } = archived;
  if (sealed === undefined || key === undefined) return event;
  const opened = await openErasable(key, event.id, sealed).catch(() => {
    throw unreadableErasureKey(ownerOf(archived));
  });
  const personal: Partial<Personal> = JSON.parse(opened);
  return { ...event, ...personal };
}

function ownerOf({ userId, sealedFor }: ArchivedEvent): string {
  return sealedFor ?? userId ?? "";
}

/** By the id of their user. */
export type Keys = ReadonlyMap<string, CryptoKey>;

/** Users may have been moved to another database since. */
async function loadKeys({ shards }: Deps, owners: string[]): Promise<Keys> {
  const ids = JSON.stringify(owners);
  const looks = shards.all.map((db) => LOAD_KEYS({ db }, { ids }).all<KeyRow>());
  return importKeys((await Promise.all(looks)).flatMap(({ results }) => results));
}

export interface KeyRow {
  id: string;
  erasureKey: string;
}

export async function importKeys(rows: KeyRow[]): Promise<Keys> {
  const imported = rows.map(async ({ id, erasureKey }) => {
    const key = await importErasureKey(erasureKey);
    return [id, key] as const;
  });
  return new Map(await Promise.all(imported));
}
