/**
 * Delivers events to endpoints, at least once: what is sent is written down only afterwards. It runs after an
 * answer that recorded an event, by a queue if there is one, and every minute for all endpoints.
 */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { isEmpty, nextRound } from "./round";
import { openSecrets } from "./secret";
import { sendRound } from "./send";
import { settle } from "./settle";
import { ENDPOINT_COLUMNS, giveTurnBack, IS_SENT_TO, takeTurn, type EndpointRow } from "./turn";

/** In a turn messages are sent for so long. The last of them may take the time of an answer more. */
const TURN_MS = 20_000;
/** How many endpoints a run delivers to at once. */
const AT_ONCE = 5;

const FIND = statement(`
  SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE id = :endpointId AND ${IS_SENT_TO}`);
const ALL = statement(`
  SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE ${IS_SENT_TO} AND id > :after ORDER BY id LIMIT 100`);

/**
 * Sends what there is for an endpoint, as long as there is time and it takes messages. Answers whether there
 * is more to send now.
 */
export async function deliver(
  deps: Deps,
  endpointId: string,
  milliseconds: number = TURN_MS,
): Promise<boolean> {
  const end = deps.elapsed() + milliseconds;
  const hasTime = () => deps.elapsed() < end;
  for (;;) {
    const endpoint = await FIND({ db: deps.shards.control }, { endpointId }).first<EndpointRow>();
    if (!endpoint || isEmpty(await nextRound(deps, endpoint))) return false;
    if (!hasTime()) return true;
    const turn = await takeTurn(deps, endpointId);
    if (!turn) return false;
    const goesOn = await runRounds(deps, turn, hasTime).finally(() => giveTurnBack(deps, turn));
    // An event may have come while nobody else could take the turn: so there is another look.
    if (!goesOn) return false;
  }
}

/** Answers whether another look is worth it. */
async function runRounds(
  deps: Deps,
  turn: EndpointRow & { turn: string },
  hasTime: () => boolean,
): Promise<boolean> {
  for (let endpoint = turn; hasTime();) {
    const round = await nextRound(deps, endpoint);
    if (isEmpty(round)) return true;
    const address = { url: endpoint.url, secrets: await openSecrets(deps, endpoint) };
    const sent = await sendRound(deps, address, round.due, hasTime);
    const { endpoint: next, fails } = await settle(deps, endpoint, { round, sent });
    if (!next || fails || next.pausedAt !== null) return false;
    endpoint = { ...next, turn: turn.turn };
  }
  return true;
}

/**
 * Delivers to all endpoints, and begins none after so many milliseconds. One that fails does not keep others
 * from it.
 */
export async function deliverAll(deps: Deps, milliseconds: number): Promise<void> {
  const hasTime = () => deps.elapsed() < milliseconds;
  for (let after: string | null = ""; after !== null && hasTime();) {
    const { results }: { results: EndpointRow[] } = await ALL(
      { db: deps.shards.control },
      { after },
    ).all<EndpointRow>();
    const left = results.map(({ id }) => id);
    after = left.length === 100 ? (left.at(-1) ?? null) : null;
    const work = async () => {
      for (let id = left.shift(); id !== undefined && hasTime(); id = left.shift()) {
        await deliver(asOfNow(deps), id).catch((error: unknown) => logFailure(error));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }
}

function logFailure(error: unknown): void {
  console.log(JSON.stringify({ level: "error", event: "delivery_failed", cause: String(error) }));
}

/** The same dependencies later in a long run, so that a turn has all of its time. */
export function asOfNow(deps: Deps): Deps {
  const passed = deps.elapsed();
  const now = new Date(deps.now.getTime() + passed);
  return { ...deps, now, elapsed: () => deps.elapsed() - passed };
}
