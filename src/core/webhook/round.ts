/**
 * What is sent next to an endpoint. Messages that were not taken wait in `webhook_deliveries`, and while
 * nothing at all is taken, only the oldest of them is tried, and one new event. New events come from the feed.
 * Messages about a user stay in order: while one waits, those behind it do.
 */

import type { webhookDeliveries } from "../../db/webhook-schema";
import type { Row } from "../../db/row";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { readEvents, readFeed, type Found, type Part } from "./feed";
import { readTypes, type EndpointRow } from "./turn";

/** So many messages wait for an endpoint at most. More events stay where they are. */
const MAX_WAITING = 100;
/** So many events are taken at once. */
const ROUND = 60;

export type WaitingRow = Pick<
  Row<typeof webhookDeliveries>,
  "eventId" | "shard" | "userId" | "attempts" | "firstAt" | "nextAt"
>;

/** A message to be sent, and what is known of earlier attempts. */
export interface Due extends Found {
  attempts: number;
  firstAt: number | null;
  /** It has a row already. */
  isWaiting: boolean;
}

export interface Round {
  due: Due[];
  /** Events behind one that waits, and until when they wait too. */
  held: (Found & { nextAt: number })[];
  /** What waits, but is no event any more. */
  gone: WaitingRow[];
  position: string;
  isFar: boolean;
}

const WAITING = statement(`
  SELECT event_id AS eventId, shard, user_id AS userId, attempts, first_at AS firstAt, next_at AS nextAt
  FROM webhook_deliveries INDEXED BY webhook_deliveries_waiting
  WHERE endpoint_id = :endpointId AND state = 'waiting'
  ORDER BY event_id, shard LIMIT ${2 * MAX_WAITING}`);

export async function nextRound(deps: Deps, endpoint: EndpointRow): Promise<Round> {
  const waiting = await loadWaiting(deps, endpoint);
  const isFailing = endpoint.failingSince !== null;
  const candidates = isFailing ? waiting.slice(0, 1) : waiting;
  const again = inOrder(candidates, deps.now.getTime());
  const room = Math.min(isFailing ? 1 : ROUND, MAX_WAITING - waiting.length);
  const { found, position, isFar } = await readFresh(deps, endpoint, room);
  const [free, held] = split(
    found,
    waiting.filter((one) => !again.includes(one)),
  );
  const first = free.map((one) => ({ ...one, attempts: 0, firstAt: null, isWaiting: false }));
  const { due, gone } = await withEvents(deps, endpoint, again);
  return { due: [...due, ...first], held, gone, position, isFar };
}

/** Those that are due, except behind one about the same user that is not. */
function inOrder(waiting: readonly WaitingRow[], now: number): WaitingRow[] {
  const held = new Set<string | null>();
  return waiting.filter(({ userId, nextAt }) => {
    const isDue = (nextAt ?? 0) <= now && !held.has(userId);
    if (!isDue && userId !== null) held.add(userId);
    return isDue;
  });
}

/** Whether there is something to send or to write down. */
export function isEmpty({ due, held, gone, isFar }: Round): boolean {
  return due.length + held.length + gone.length === 0 && !isFar;
}

async function loadWaiting({ shards }: Deps, { id }: EndpointRow): Promise<WaitingRow[]> {
  const read = WAITING({ db: shards.control }, { endpointId: id });
  return (await read.all<WaitingRow>()).results;
}

async function withEvents(deps: Deps, { appId }: EndpointRow, waiting: readonly WaitingRow[]) {
  const found = waiting.length > 0 ? await readEvents(deps, appId, waiting) : [];
  const eventOf = (one: WaitingRow) =>
    found.find(({ event, shard }) => event.id === one.eventId && shard === one.shard);
  const due = waiting.flatMap((one) => {
    const own = eventOf(one);
    const { attempts, firstAt } = one;
    return own ? [{ ...own, attempts, firstAt, isWaiting: true }] : [];
  });
  return { due, gone: waiting.filter((one) => !eventOf(one)) };
}

async function readFresh(deps: Deps, endpoint: EndpointRow, limit: number): Promise<Part> {
  const { appId, position } = endpoint;
  if (limit <= 0) return { found: [], position, isFar: false };
  return readFeed(deps, { appId, types: readTypes(endpoint), position, limit });
}

/** Events of users for whom something waits have to wait as well. */
function split(found: Found[], waiting: readonly WaitingRow[]): [Found[], Round["held"]] {
  const untilOf = new Map(
    waiting.flatMap(({ userId, nextAt }) => (userId === null ? [] : [[userId, nextAt ?? 0]])),
  );
  const untilFor = ({ event }: Found) => untilOf.get(event.userId ?? "");
  return [
    found.filter((one) => untilFor(one) === undefined),
    found.flatMap((one) => {
      const nextAt = untilFor(one);
      return nextAt === undefined ? [] : [{ ...one, nextAt }];
    }),
  ];
}
