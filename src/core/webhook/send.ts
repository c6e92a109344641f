/** Sends the messages of a round: those about one user one after the other, those of different users at once. */

import { signatureHeaders } from "../../crypto/webhook-signature";
import type { Deps } from "../../env";
import { isTaken, post, type Answer } from "../outgoing/post";
import { toMessage } from "./message";
import type { Due } from "./round";

/** Standard Webhooks advises 15 to 30 s. With this, a round is over before its turn is. */
export const ANSWER_MS = 10_000;
/** What D1 and the network of one invocation carry along. */
const LANES = 6;
/** After so many failures in a row nothing more of the round is tried. */
const GIVES_UP = 6;

/** How sending ended. Without an answer it was not tried. */
export interface Sent extends Due {
  answer: Answer | null;
}

export interface Address {
  url: string;
  secrets: readonly string[];
}

export async function sendRound(
  deps: Deps,
  address: Address,
  due: readonly Due[],
  hasTime: () => boolean,
): Promise<Sent[]> {
  const lanes = [
    ...Map.groupBy(due, ({ event, shard }) => event.userId ?? `${event.id}.${shard}`).values(),
  ];
  const sent: Sent[] = [];
  let failures = 0;
  const goesOn = () => hasTime() && failures < GIVES_UP;
  const runLane = async (lane: readonly Due[]) => {
    let isOpen = true;
    for (const one of lane) {
      const answer: Answer | null =
        isOpen && goesOn()
          ? await postSigned(deps, address, toMessage(one.event, one.shard))
          : null;
      isOpen = answer !== null && isTaken(answer);
      failures = isOpen ? 0 : failures + Number(answer !== null);
      sent.push({ ...one, answer });
    }
  };
  const work = async () => {
    for (let lane = lanes.shift(); lane; lane = lanes.shift()) await runLane(lane);
  };
  await Promise.all(Array.from({ length: LANES }, work));
  return sent;
}

/** Posts a message, signed at this moment. Never throws. */
export async function postSigned(
  deps: Pick<Deps, "settings" | "now" | "elapsed" | "request">,
  { url, secrets }: Address,
  message: { id: string },
  milliseconds = ANSWER_MS,
): Promise<Answer> {
  const body = JSON.stringify(message);
  const headers = await signatureHeaders(secrets, { id: message.id, sentAt: deps.now, body });
  return post(deps, { url, headers, body, milliseconds });
}
