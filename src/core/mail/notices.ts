/**
 * Sends the notices that are due. Whoever takes one has a while to send it; after that it is due again, so
 * that a crash loses none. A notice that nobody takes is tried for a day.
 */

import type { notices } from "../../db/mail-schema";
import type { Row } from "../../db/row";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { ACCOUNTS_APP, MINUTE, NOTICES_TRIED_FOR } from "../policy";
import { ACCOUNTS_BUCKET } from "../shard/bucket";
import { placed } from "../shard/placement";
import { readEvents } from "../webhook/feed";
import { asOfNow } from "../webhook/deliver";
import { gatherNotices } from "./gather";
import { write } from "./letter";
import { findReaders, noticeLetter, type Reader } from "./notice-letter";
import { send, sendsMail } from "./send";

type Notice = Pick<Row<typeof notices>, "userId" | "kind" | "eventId" | "address" | "attempts">;

/** How many notices are taken at once, and for how long. */
const AT_ONCE = 6;
/** Behind an answer a Worker may go on for 30 s, and the last letter may take 10. */
const PATIENCE_MS = 15_000;
const TAKEN_FOR = 2 * MINUTE;
const LONGEST_PAUSE = 60 * MINUTE;

const TAKE = statement(`
  UPDATE notices SET next_at = :now + ${TAKEN_FOR}, attempts = attempts + 1
  WHERE (user_id, kind) IN (
    SELECT user_id, kind FROM notices WHERE next_at <= :now ORDER BY next_at LIMIT ${AT_ONCE})
  RETURNING user_id AS userId, kind, event_id AS eventId, address, attempts`);
/** Another notice may have taken its place meanwhile. */
const SETTLE = statement(`
  UPDATE notices SET next_at = :nextAt WHERE user_id = :userId AND kind = :kind AND event_id = :eventId`);

/**
 * Finds and sends what there is, and begins nothing after so many milliseconds. Without mail it does nothing.
 * Never throws: nobody waits for mail.
 */
export async function sendNotices(deps: Deps, milliseconds: number): Promise<void> {
  if (!sendsMail(deps)) return;
  const end = deps.elapsed() + milliseconds;
  try {
    while ((await gatherNotices(asOfNow(deps))) && deps.elapsed() < end);
    while (deps.elapsed() < end && (await sendSome(asOfNow(deps))));
  } catch (error) {
    log("notices_failed", String(error));
  }
}

/** Sends what the request has caused, after its answer. */
export function tellPeople(deps: Deps): void {
  if (sendsMail(deps) && deps.request.told.has(ACCOUNTS_APP)) {
    deps.defer(sendNotices(deps, PATIENCE_MS));
  }
}

/** Answers whether there may be more that is due. */
async function sendSome(deps: Deps): Promise<boolean> {
  const own = placed(deps, ACCOUNTS_BUCKET);
  const { results: taken } = await TAKE(own, { now: deps.now.getTime() }).all<Notice>();
  if (taken.length === 0) return false;
  const readers = await findReaders(own, taken);
  const events = await readAll(deps, taken);
  await Promise.all(
    taken.map(async (notice) => {
      const { userId, eventId } = notice;
      const reader = readers.get(userId);
      const event = events.find((one) => one.id === eventId && one.userId === userId);
      const fault = reader && event ? await sendOne(deps, notice, { reader, event }) : null;
      const values = { ...notice, nextAt: fault === null ? null : nextAttempt(notice, deps) };
      await SETTLE(own, values).run();
    }),
  );
  return taken.length === AT_ONCE;
}

/** Events stay in the database where the user was when they happened. */
async function readAll(deps: Deps, taken: readonly Notice[]) {
  const wanted = deps.shards.all.flatMap((_, shard) =>
    taken.map(({ eventId }) => ({ eventId, shard })),
  );
  return (await readEvents(deps, ACCOUNTS_APP, wanted)).map(({ event }) => event);
}

async function sendOne(
  deps: Deps,
  notice: Notice,
  { reader, event }: { reader: Reader; event: Parameters<typeof noticeLetter>[1]["event"] },
): Promise<string | null> {
  const { kind, address } = notice;
  const { issuerUrl } = deps.settings;
  const to = address ?? (reader.isProven ? reader.email : null);
  // The address has changed since, and is not proven.
  if (to === null) return null;
  const recipient = { ...reader, to };
  const content = noticeLetter(recipient, { kind, event, issuerUrl, reader });
  const fault = await send(deps, await write(recipient, content));
  if (fault !== null) log("notice_not_sent", fault);
  return fault;
}

/** After a minute, and then twice as long each time, up to an hour. Null: it is given up. */
function nextAttempt({ attempts, eventId }: Notice, { now }: Deps): number | null {
  const time = now.getTime();
  if (time - eventId / 1000 >= NOTICES_TRIED_FOR) return null;
  return time + Math.min(LONGEST_PAUSE, MINUTE * 2 ** (attempts - 1));
}

function log(event: string, cause: string): void {
  console.log(JSON.stringify({ level: "warn", event, cause }));
}
