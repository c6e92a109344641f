/** Sends letters, in whichever way the service is set up for. */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import type { Mail } from "../../mail-settings";
import { isTaken, postAnywhere } from "../outgoing/post";
import type { Letter } from "./letter";
import { fill, fillDocument, type Values } from "./template";

/** How long a provider may take. */
const PROVIDER_MS = 10_000;
/** How many letters the outbox keeps. */
const OUTBOX_KEEPS = 100;

const KEEP = statement(`
  INSERT INTO outbox (at, recipient, subject, text, html) VALUES (:now, :to, :subject, :text, :html)`);
const FORGET = statement(`
  DELETE FROM outbox WHERE id <= (SELECT max(id) FROM outbox) - :keeps`);

/** Whether the service sends mail at all. */
export function sendsMail({ mail }: Pick<Deps, "mail">): boolean {
  return mail.way !== "off";
}

/** Sends a letter. Answers null if it was taken, and otherwise what went wrong, for the log. Never throws. */
export async function send(
  deps: Pick<Deps, "mail" | "shards" | "now" | "elapsed" | "request">,
  letter: Letter,
): Promise<string | null> {
  const { mail } = deps;
  try {
    if (mail.way === "http") return await callProvider(deps, mail, letter);
    if (mail.way === "cloudflare") await mail.binding.send({ from: mail.from, ...letter });
    if (mail.way === "outbox") await keep(deps, letter);
    return mail.way === "off" ? "mail is off" : null;
  } catch (error) {
    return codeOf(error);
  }
}

/** Cloudflare's errors have a code. Their messages may repeat the address. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error ? String(error.code) : error.name;
}

async function callProvider(
  deps: Pick<Deps, "elapsed" | "request">,
  { from, token, ...templates }: Extract<Mail, { way: "http" }>,
  letter: Letter,
): Promise<string | null> {
  const values: Values = { ...letter, from, token };
  const { body } = templates;
  const isForm = typeof body === "string";
  const headers = Object.entries(templates.headers).map(([name, text]) => [
    name,
    fill(text, values),
  ]);
  const answer = await postAnywhere(deps, {
    url: fill(templates.url, values, encodeURIComponent),
    headers: {
      "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      ...Object.fromEntries(headers),
    },
    body: isForm
      ? fill(body, values, encodeURIComponent)
      : JSON.stringify(fillDocument(body, values)),
    milliseconds: PROVIDER_MS,
  });
  return isTaken(answer) ? null : (answer.fault ?? `status ${answer.status}`);
}

async function keep({ shards, now }: Pick<Deps, "shards" | "now">, letter: Letter): Promise<void> {
  const { control: db } = shards;
  const values = { ...letter, now: now.getTime(), keeps: OUTBOX_KEEPS };
  await db.$client.batch([KEEP({ db }, values), FORGET({ db }, values)]);
}
