/** Seals what events say of people before they are archived, each with the key of its person. */

import { createErasureKey } from "../../crypto/erasable";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import {
  importKeys,
  inClear,
  isPersonal,
  LOAD_KEYS,
  sealPersonal,
  type KeyRow,
} from "../audit/personal";
import type { EventRow } from "../audit/record";
import { ENROLMENT_LINK_LIFE, MINUTE } from "../policy";

/** A user of events that say something of them, and their key if they have one yet. */
export interface Owner {
  id: string;
  erasureKey: string | null;
}

const ADD_KEYS = statement(`
  UPDATE users SET erasure_key = j.value ->> 1 FROM json_each(:keys) j
  WHERE users.id = j.value ->> 0 AND users.erasure_key IS NULL`);

/** A link is used within its life, and that begins anew when it is opened. */
const LINK_SPAN = (2 * ENROLMENT_LINK_LIFE + MINUTE) * 1000;
/** How many events are looked at for each object: those of that time, with 107 a second all the while. */
export const EVENTS_SEARCHED = 200_000;
/** The users who came of these links. Their first events name the link that they came by. */
const LOAD_COMERS = statement(`
  SELECT count(*) = ${EVENTS_SEARCHED} AS isCut, json_group_object(substr(actor, 6), user_id) FILTER (
    WHERE user_id IS NOT NULL AND actor IN (SELECT 'link:' || value FROM json_each(:links))) AS comers
  FROM (
    SELECT actor, user_id FROM audit_events WHERE id > :first AND id < :last + ${LINK_SPAN}
    ORDER BY id LIMIT ${EVENTS_SEARCHED})`);
/** In the place of a user who may have come later than was looked. They have no key, and are left out. */
const UNKNOWN = "";

/**
 * Gives the lines of the archive. What an event says of a user is sealed. If the user is not there any
 * more, it is left out. Only the event of their deletion stays as it is: its address, browser and words
 * are those of the operator who deleted them.
 */
export async function sealEvents(
  deps: Deps,
  { events, owners }: { events: EventRow[]; owners: Owner[] },
): Promise<string[]> {
  const comers = await loadComers(deps, events);
  const keys = await importKeys(await provideKeys(deps, owners, [...comers.values()]));
  const lines = events.map(async (event) => {
    const owner = event.userId ?? comers.get(event.note ?? "");
    const isOwned = owner !== undefined && event.type !== "user.deleted" && isPersonal(event);
    const line = isOwned
      ? await sealPersonal(event, { owner, key: keys.get(owner) })
      : inClear(event);
    return JSON.stringify(line);
  });
  return Promise.all(lines);
}

/** The users by the links that they came by, of links that were made or opened before their user existed. */
async function loadComers(deps: Deps, events: EventRow[]): Promise<Map<string, string>> {
  const links = events.flatMap(({ userId, note, ip, userAgent }) =>
    userId === null && note?.startsWith("link_") && (ip ?? userAgent) !== null ? [note] : [],
  );
  const [first, last] = [events[0]?.id, events.at(-1)?.id];
  if (links.length === 0 || first === undefined || last === undefined) return new Map();
  const values = { first, last, links: JSON.stringify(links) };
  const found = await LOAD_COMERS(deps, values).first<{ isCut: number; comers: string }>();
  const comers: Record<string, string> = JSON.parse(found?.comers ?? "{}");
  const others = found?.isCut ? links.map((link): [string, string] => [link, UNKNOWN]) : [];
  return new Map([...others, ...Object.entries(comers)]);
}

/** The keys of all of them who are still there. Whoever has none gets one. */
async function provideKeys(deps: Deps, owners: Owner[], comers: string[]): Promise<KeyRow[]> {
  const known = owners.filter((owner): owner is KeyRow => owner.erasureKey !== null);
  const others = new Set([...owners.map(({ id }) => id), ...comers]);
  for (const id of [UNKNOWN, ...known.map((owner) => owner.id)]) others.delete(id);
  if (others.size === 0) return known;
  const ids = [...others];
  const keys = JSON.stringify(ids.map((id) => [id, createErasureKey()]));
  const [, loaded] = await deps.db.$client.batch<never>([
    ADD_KEYS(deps, { keys }),
    LOAD_KEYS(deps, { ids: JSON.stringify(ids) }),
  ]);
  const added: KeyRow[] = loaded?.results ?? [];
  return [...known, ...added];
}
