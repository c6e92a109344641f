/** The log of deliveries, and sending again. */

import { statement } from "../../db/statement";
import type { webhookDeliveries } from "../../db/webhook-schema";
import type { Row } from "../../db/row";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { before, positionsIn, type Listing, type ListingRequest } from "../listing";
import { loadEndpoint, type EndpointPath } from "./endpoint";
import { positionAt, readEvents } from "./feed";
import { messageId, readMessageId, toMessage, type Message } from "./message";

type DeliveryRow = Row<typeof webhookDeliveries>;

export interface Delivery {
  /** The id of the message. */
  id: string;
  type: string;
  /** When the event happened. */
  at: Date;
  userId: string | null;
  state: "waiting" | "delivered";
  attempts: number;
  lastAttemptAt: Date | null;
  nextAttemptAt: Date | null;
  /** How the last attempt ended. */
  status: number | null;
  fault: DeliveryRow["fault"];
  /** The beginning of the answer. */
  answer: string | null;
  milliseconds: number | null;
}

const COLUMNS = `event_id AS eventId, shard, type, user_id AS userId, state, attempts, last_at AS lastAt,
  next_at AS nextAt, status, fault, answer, milliseconds`;
const OF_PAGE =
  "endpoint_id = :id AND event_id <= :before AND (event_id < :before OR shard > :beforeShard)" as const;
const IN_ORDER = "ORDER BY event_id DESC, shard LIMIT :limit + 1" as const;
const LIST = statement(`
  SELECT ${COLUMNS} FROM webhook_deliveries
  WHERE ${OF_PAGE} AND (:state IS NULL OR state = :state) ${IN_ORDER}`);
/** Those that wait are few, among any number that were delivered. */
const LIST_WAITING = statement(`
  SELECT ${COLUMNS} FROM webhook_deliveries INDEXED BY webhook_deliveries_waiting
  WHERE ${OF_PAGE} AND state = 'waiting' ${IN_ORDER}`);
const FIND = statement(`
  SELECT ${COLUMNS} FROM webhook_deliveries WHERE endpoint_id = :id AND event_id = :eventId AND shard = :shard`);
const SEND_AGAIN = statement(`
  UPDATE webhook_deliveries SET state = 'waiting', next_at = :now, first_at = NULL
  WHERE endpoint_id = :id AND event_id = :eventId AND shard = :shard`);
/**
 * Sets the position back, and in no database forward. Who has the turn loses it, so that the position stays. A
 * database that was added since has had no position.
 */
const SEND_ALL = statement(`
  UPDATE webhook_endpoints SET turn = NULL, busy_until = NULL, position = (
    SELECT group_concat(min(wanted.value, coalesce(known.value, 0)), '.' ORDER BY wanted.key)
    FROM json_each('[' || replace(:position, '.', ',') || ']') AS wanted
    LEFT JOIN json_each('[' || replace(webhook_endpoints.position, '.', ',') || ']') AS known
      ON known.key = wanted.key)
  WHERE id = :id AND app_id = :appId`);
const FORGET_SINCE = statement(`
  DELETE FROM webhook_deliveries WHERE endpoint_id = :id AND event_id >= :from`);

/** Lists deliveries, of the newest events first. Throws `not_found`. */
export async function listDeliveries(
  deps: Deps,
  path: EndpointPath,
  { cursor, limit, state }: ListingRequest & { state?: Delivery["state"] | undefined },
): Promise<Listing<Delivery>> {
  await loadEndpoint(deps, path);
  // Events in different databases may have the same id.
  const [from = before(undefined), beforeShard = 0] = positionsIn(cursor, 2);
  const values = { id: path.id, before: from, beforeShard, state: state ?? null, limit };
  const list = state === "waiting" ? LIST_WAITING : LIST;
  const { results } = await list(deps, values).all<DeliveryRow>();
  const page = results.slice(0, limit);
  const last = page.at(-1);
  const nextCursor = last && results.length > limit ? `${last.eventId}.${last.shard}` : null;
  return { items: page.map(toDelivery), nextCursor };
}

/**
 * A delivery with the message that was sent. The message is null if its event is not in the database any
 * more. Throws `not_found`.
 */
export async function getDelivery(
  deps: Deps,
  path: EndpointPath,
  messageIdText: string,
): Promise<Delivery & { message: Message | null }> {
  const { appId } = await loadEndpoint(deps, path);
  const row = await findDelivery(deps, path, messageIdText);
  const [found] = await readEvents(deps, appId, [row]);
  return { ...toDelivery(row), message: found ? toMessage(found.event, found.shard) : null };
}

/** Sends one message again, whether it was taken or not. Throws `not_found`. */
export async function redeliver(deps: Deps, path: EndpointPath, messageIdText: string) {
  await loadEndpoint(deps, path);
  const { eventId, shard } = await findDelivery(deps, path, messageIdText);
  const now = deps.now.getTime();
  await SEND_AGAIN(deps, { id: path.id, eventId, shard, now }).run();
  deps.request.told.add(path.appId);
}

/** Sends all events since then again that are still in the database. Throws `not_found`. */
export async function redeliverSince(deps: Deps, path: EndpointPath, since: Date): Promise<void> {
  await loadEndpoint(deps, path);
  const values = { ...path, position: positionAt(deps, since), from: since.getTime() * 1000 };
  await deps.db.$client.batch([FORGET_SINCE(deps, values), SEND_ALL(deps, values)]);
  deps.request.told.add(path.appId);
}

async function findDelivery(deps: Deps, { id }: EndpointPath, text: string): Promise<DeliveryRow> {
  const key = readMessageId(text);
  const row = key && (await FIND(deps, { id, ...key }).first<DeliveryRow>());
  if (!row) throw new Problem("not_found", { detail: "No such delivery." });
  return row;
}

function toDelivery(row: DeliveryRow): Delivery {
  const { type, userId, state, attempts, status, fault, answer, milliseconds } = row;
  return {
    id: messageId(row.eventId, row.shard),
    type,
    at: new Date(row.eventId / 1000),
    userId,
    state,
    attempts,
    lastAttemptAt: row.lastAt === null ? null : new Date(row.lastAt),
    nextAttemptAt: row.nextAt === null ? null : new Date(row.nextAt),
    status,
    fault,
    answer,
    milliseconds,
  };
}
