/** What the operator sees of mail: letters that were kept instead of sent, notices that wait, and a test. */

import type { outbox } from "../../db/mail-schema";
import type { Row } from "../../db/row";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { getApp } from "../app/apps";
import { ACCOUNTS_APP, type Language } from "../policy";
import { ACCOUNTS_BUCKET } from "../shard/bucket";
import { placed } from "../shard/placement";
import { toLoginName } from "../user/login-names";
import { textsFor, write } from "./letter";
import { send, sendsMail } from "./send";

type Stored = Row<typeof outbox>;

/** A letter as the list shows it. */
export interface ListedLetter {
  id: number;
  at: Date;
  to: string;
  subject: string;
}

export interface KeptLetter extends ListedLetter {
  text: string;
  html: string;
}

const LIST = statement(`SELECT id, at, recipient, subject FROM outbox ORDER BY id DESC`);
const FIND = statement(`SELECT id, at, recipient, subject, text, html FROM outbox WHERE id = :id`);
/** More than so many are not counted. */
const MOST = 10_000;
const COUNT_WAITING = statement(`
  SELECT count(*) AS count, coalesce(max(attempts), 0) AS attempts
  FROM (SELECT attempts FROM notices WHERE next_at IS NOT NULL LIMIT ${MOST})`);

/** Lists the letters that were kept, newest first. There are a hundred at most. */
export async function listOutbox({ shards }: Pick<Deps, "shards">): Promise<ListedLetter[]> {
  const { results } = await LIST({ db: shards.control }, {}).all<Omit<Stored, "text" | "html">>();
  return results.map(toLetter);
}

/** Finds a letter that was kept. Throws `not_found`. */
export async function getKeptLetter(
  { shards }: Pick<Deps, "shards">,
  id: number,
): Promise<KeptLetter> {
  const row = await FIND({ db: shards.control }, { id }).first<Stored>();
  if (!row) throw new Problem("not_found", { detail: "No such letter." });
  return toLetter(row);
}

/** How many notices wait to be sent, and how often the worst of them was tried. */
export async function countWaiting(deps: Deps): Promise<{ count: number; attempts: number }> {
  const own = placed(deps, ACCOUNTS_BUCKET);
  const row = await COUNT_WAITING(own, {}).first<{ count: number; attempts: number }>();
  return row ?? { count: 0, attempts: 0 };
}

/** Sends a letter that says nothing, and answers what went wrong, or null. Throws `mail_off`. */
export async function sendTestLetter(
  deps: Deps,
  { to: typed, language }: { to: string; language: Language },
): Promise<string | null> {
  if (!sendsMail(deps)) throw new Problem("mail_off");
  const { issuer: service } = await getApp(deps, ACCOUNTS_APP);
  const recipient = { to: toLoginName(typed), language, service };
  const { subject, what } = textsFor(recipient).test;
  const content = { subject: subject({ service }), paragraphs: [what({ service })] };
  return send(deps, await write(recipient, content));
}

function toLetter<Some extends Pick<Stored, "recipient" | "at">>(stored: Some) {
  const { recipient: to, at, ...row } = stored;
  return { ...row, to, at: new Date(at) };
}
