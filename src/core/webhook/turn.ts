/**
 * Taking turns. Whoever sends to an endpoint has its turn for a minute, so that no two send the same message
 * at once. All that they write depends on the turn: who has lost it writes nothing, and what they sent is
 * sent again.
 */

import { z } from "zod";
import type { webhookEndpoints } from "../../db/webhook-schema";
import type { Row } from "../../db/row";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { MINUTE } from "../policy";

export type EndpointRow = Row<typeof webhookEndpoints>;

/** Longer than the time in which messages are sent, and the last of them answered. */
export const TURN = MINUTE;

/** The columns of an endpoint under the names of the schema. */
export const ENDPOINT_COLUMNS = `id, app_id AS appId, name, url, types, secret,
  previous_secret AS previousSecret, previous_expires_at AS previousExpiresAt, created_at AS createdAt, position,
  paused_at AS pausedAt, paused_because AS pausedBecause, failing_since AS failingSince, turn,
  busy_until AS busyUntil, deleted_at AS deletedAt`;

/** The types that an endpoint is sent. Null: all. */
export function readTypes({ types }: Pick<EndpointRow, "types">): string[] | null {
  return types === null ? null : z.array(z.string()).parse(JSON.parse(types));
}

/** Condition on an endpoint: messages go to it. */
export const IS_SENT_TO = `paused_at IS NULL AND deleted_at IS NULL` as const;
/** Condition on the whole of a statement: this turn has not been lost. */
export const HAS_TURN =
  `EXISTS (SELECT 1 FROM webhook_endpoints WHERE id = :endpointId AND turn = :turn)` as const;

const TAKE = statement(`
  UPDATE webhook_endpoints SET turn = :turn, busy_until = :now + ${TURN}
  WHERE id = :endpointId AND ${IS_SENT_TO} AND coalesce(busy_until, 0) <= :now RETURNING ${ENDPOINT_COLUMNS}`);
const GIVE_BACK = statement(`
  UPDATE webhook_endpoints SET turn = NULL, busy_until = NULL WHERE id = :endpointId AND turn = :turn`);

/** The endpoint, with a turn that is ours. Null: somebody else has it, or nothing is to be sent. */
export async function takeTurn(
  { shards, now }: Deps,
  endpointId: string,
): Promise<(EndpointRow & { turn: string }) | null> {
  const turn = crypto.randomUUID();
  const values = { endpointId, turn, now: now.getTime() };
  const row = await TAKE({ db: shards.control }, values).first<EndpointRow>();
  return row && { ...row, turn };
}

export async function giveTurnBack(
  { shards }: Deps,
  { id, turn }: { id: string; turn: string },
): Promise<void> {
  await GIVE_BACK({ db: shards.control }, { endpointId: id, turn }).run();
}
