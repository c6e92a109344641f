/**
 * Finds the events that users are told of, behind a position in the feed of the user API's app. A notice is
 * stored before the position moves, and an event that is found again changes nothing: so a crash in between
 * loses none, and doubles none.
 */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { ACCOUNTS_APP, NOTICE_PAUSE, NOTICES_TRIED_FOR } from "../policy";
import { ACCOUNTS_BUCKET } from "../shard/bucket";
import { placed } from "../shard/placement";
import { newestPosition, readFeed, type Found } from "../webhook/feed";
import { NOTICED, noticeOf } from "./kinds";

/** The name of the row that keeps the position. */
const NAME = "notices";
/** How many events are looked for at once. */
const PART = 100;

const POSITION = statement(`SELECT position FROM cleanup_cursors WHERE name = '${NAME}'`);
const MOVE = statement(`
  INSERT INTO cleanup_cursors (name, position) VALUES ('${NAME}', :position)
  ON CONFLICT (name) DO UPDATE SET position = excluded.position`);

/** Nobody is told anything at an address that is not proven, nor of the same kind of thing twice within a while. */
const STORE = statement(`
  INSERT INTO notices (user_id, kind, event_id, attempts, next_at)
  SELECT g.value ->> 'userId', g.value ->> 'kind', g.value ->> 'eventId', 0, :now
  FROM json_each(:found) g JOIN accounts ac
    ON ac.user_id = g.value ->> 'userId' AND ac.email_proven_at IS NOT NULL
  WHERE TRUE
  ON CONFLICT (user_id, kind) DO UPDATE SET event_id = excluded.event_id, address = NULL, attempts = 0,
    next_at = excluded.next_at
  WHERE excluded.event_id > event_id + ${NOTICE_PAUSE * 1000}`);

/** Stores the notices that are due since the last time. Answers whether there may be more of them. */
export async function gatherNotices(deps: Deps): Promise<boolean> {
  const { control: db } = deps.shards;
  const position = await POSITION({ db }, {}).first<string>("position");
  if (position === null) {
    // Mail has just been set up: what happened before is not news.
    await MOVE({ db }, { position: await newestPosition(deps) }).run();
    return false;
  }
  const part = await readFeed(deps, {
    appId: ACCOUNTS_APP,
    types: NOTICED,
    position,
    limit: PART,
  });
  const found = part.found.flatMap((one) => toNotice(one, deps.now));
  if (found.length > 0) {
    const values = { found: JSON.stringify(found), now: deps.now.getTime() };
    await STORE(placed(deps, ACCOUNTS_BUCKET), values).run();
  }
  const isMore = part.found.length === PART || part.isFar;
  // Most events are nothing to tell, and reading those again costs less than a row each.
  if (found.length > 0 || isMore) await MOVE({ db }, { position: part.position }).run();
  return isMore;
}

function toNotice({ event }: Found, now: Date) {
  const { id: eventId, userId } = event;
  const kind = noticeOf(event);
  const isNews = eventId / 1000 > now.getTime() - NOTICES_TRIED_FOR;
  return kind !== null && userId !== null && isNews ? [{ userId, kind, eventId }] : [];
}
