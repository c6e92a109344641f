/**
 * Writes what became of a round, in one transaction: the messages, and the position behind them. If it fails,
 * the round is sent again. An endpoint that has not taken a message for a day, or says that it is gone, is paused.
 */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { recordWhere } from "../audit/event";
import { isTaken } from "../outgoing/post";
import { DAY, MINUTE } from "../policy";
import type { Round } from "./round";
import type { Sent } from "./send";
import { ENDPOINT_COLUMNS, HAS_TURN, type EndpointRow } from "./turn";

/** For so long one message is tried. */
const TRIED_FOR = DAY;
/** By which a receiver says that it wants nothing more (Standard Webhooks). */
const GONE = 410;
/** So many messages with the answers to them, 24 KiB each in JSON, fit into one value of D1. */
const STORED_AT_ONCE = 50;
const FIRST_PAUSE = MINUTE / 2;
const LONGEST_PAUSE = 60 * MINUTE;

/** In the order of the columns. */
type Delivery = [
  eventId: number,
  shard: number,
  type: string,
  userId: string | null,
  state: "waiting" | "delivered",
  attempts: number,
  firstAt: number | null,
  lastAt: number | null,
  nextAt: number | null,
  status: number | null,
  fault: string | null,
  answer: string | null,
  milliseconds: number | null,
];

const COLUMNS =
  "event_id, shard, type, user_id, state, attempts, first_at, last_at, next_at, status, fault, answer, milliseconds";
const VALUES = COLUMNS.split(", ")
  .map((_, at) => `value ->> ${at}`)
  .join(", ");
const UPDATES = "state attempts first_at last_at next_at status fault answer milliseconds"
  .split(" ")
  .map((name) => `${name} = excluded.${name}`)
  .join(", ");
const STORE = statement(
  `
  INSERT INTO webhook_deliveries (endpoint_id, ${COLUMNS})
  SELECT :endpointId, ${VALUES} FROM json_each(:rows) WHERE ${HAS_TURN}
  ON CONFLICT (endpoint_id, event_id, shard) DO UPDATE SET ${UPDATES}`,
);
const DROP = statement(`
  DELETE FROM webhook_deliveries WHERE endpoint_id = :endpointId AND ${HAS_TURN}
    AND (event_id, shard) IN (SELECT value ->> 0, value ->> 1 FROM json_each(:gone))`);
/** Once something is taken again, so may be what waits. */
const RETRY = statement(`
  UPDATE webhook_deliveries SET next_at = :now
  WHERE endpoint_id = :endpointId AND state = 'waiting' AND ${HAS_TURN}`);
/** An operator may have paused it while messages were sent. */
const recordPause = recordWhere(`EXISTS (
  SELECT 1 FROM webhook_endpoints WHERE id = :endpointId AND turn = :turn AND paused_at IS NULL)`);
const MOVE = statement(`
  UPDATE webhook_endpoints SET position = :position,
    failing_since = iif(:fails, coalesce(failing_since, :now), iif(:succeeds, NULL, failing_since)),
    paused_at = iif(:pauses, coalesce(paused_at, :now), paused_at),
    paused_because = iif(:pauses, coalesce(paused_because, 'failing'), paused_because)
  WHERE id = :endpointId AND turn = :turn RETURNING ${ENDPOINT_COLUMNS}`);

export interface Settled {
  /** The endpoint as it is now. Null: the turn was not ours any more, so that nothing is written. */
  endpoint: EndpointRow | null;
  /** Whether something was tried, and nothing of it was taken. */
  fails: boolean;
}

export async function settle(
  deps: Deps,
  endpoint: EndpointRow & { turn: string },
  { round, sent }: { round: Round; sent: readonly Sent[] },
): Promise<Settled> {
  const now = deps.now.getTime();
  const succeeds = sent.some(({ answer }) => answer !== null && isTaken(answer));
  const fails = !succeeds && sent.some(({ answer }) => answer !== null);
  const rows = rowsOf(round, sent, now);
  const isTooLong = rows.some(
    ([, , , , state, , firstAt]) => state === "waiting" && now - (firstAt ?? now) >= TRIED_FOR,
  );
  const pauses = isTooLong || sent.some(({ answer }) => answer?.status === GONE);
  const values = {
    endpointId: endpoint.id,
    turn: endpoint.turn,
    now,
    gone: JSON.stringify(round.gone.map(({ eventId, shard }) => [eventId, shard])),
    position: round.position,
    succeeds: Number(succeeds),
    fails: Number(fails),
    pauses: Number(pauses),
  };
  const { control } = deps.shards;
  const own = { ...deps, db: control };
  const { appId, id: note } = endpoint;
  // Who made the request that delivers has nothing to do with it.
  const client = { ip: null, userAgent: null };
  const event = { type: "webhook.paused", actor: "system", appId, note, ...client } as const;
  const results = await control.$client.batch<EndpointRow>([
    ...partsOf(rows).map((part) => STORE(own, { ...values, rows: JSON.stringify(part) })),
    ...(round.gone.length > 0 ? [DROP(own, values)] : []),
    ...(succeeds && endpoint.failingSince !== null ? [RETRY(own, values)] : []),
    ...(pauses ? [recordPause(own, { ...event, reason: "failing" }, values)] : []),
    MOVE(own, values),
  ]);
  return { endpoint: results.at(-1)?.results[0] ?? null, fails };
}

function partsOf(rows: Delivery[]): Delivery[][] {
  const count = Math.ceil(rows.length / STORED_AT_ONCE);
  return Array.from({ length: count }, (_, at) =>
    rows.slice(at * STORED_AT_ONCE, (at + 1) * STORED_AT_ONCE),
  );
}

function rowsOf({ held }: Round, sent: readonly Sent[], now: number): Delivery[] {
  // Those behind one that was not taken wait for it.
  const untilOf = new Map(
    sent.flatMap((one) => {
      const { userId } = one.event;
      return userId !== null && one.answer && !isTaken(one.answer)
        ? [[userId, nextAttempt(one, now)] as const]
        : [];
    }),
  );
  return [
    ...sent.flatMap((one) => {
      const until = untilOf.get(one.event.userId ?? "") ?? now;
      if (one.answer) return [triedRow(one, now)];
      return one.isWaiting ? [] : [waitingRow(one, until)];
    }),
    ...held.map((one) => waitingRow(one, one.nextAt)),
  ];
}

function waitingRow({ event, shard }: Pick<Sent, "event" | "shard">, nextAt: number): Delivery {
  const { id, type, userId } = event;
  return [id, shard, type, userId, "waiting", 0, null, null, nextAt, null, null, null, null];
}

function triedRow(one: Sent, now: number): Delivery {
  const { event, shard, attempts, firstAt, answer } = one;
  const taken = answer !== null && isTaken(answer);
  return [
    event.id,
    shard,
    event.type,
    event.userId,
    taken ? "delivered" : "waiting",
    attempts + 1,
    firstAt ?? now,
    now,
    taken ? null : nextAttempt(one, now),
    answer?.status ?? null,
    answer?.fault ?? null,
    answer?.body ?? null,
    answer?.milliseconds ?? null,
  ];
}

/**
 * After half a minute, and then twice as long each time, up to an hour: between 80 and 120 % of that, so
 * that receivers are not met by all at once.
 */
function nextAttempt({ event, attempts }: Sent, now: number): number {
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempts);
  return now + Math.round(pause * (0.8 + 0.4 * jitter(event.id, attempts)));
}

/** From 0 to 1, and the same whenever it is asked for: it needs no secret. */
function jitter(id: number, attempts: number): number {
  return (((id % 1000) * 31 + attempts * 7919) % 1000) / 1000;
}
