/** What a notice says: what happened, when, where from, and what to do if it was somebody else. */

import type { Language } from "../../db/account-schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import type { EventRow } from "../audit/record";
import { placeOf } from "../browser";
import { FEW_BACKUP_CODES } from "../policy";
import { NOTICE_KINDS, type NoticeKind } from "./kinds";
import { textsFor, type Content, type Recipient } from "./letter";
import type { Texts } from "./texts/texts";

/** A user as their mail needs to know them. */
export interface Reader {
  userId: string;
  email: string;
  isProven: 0 | 1;
  language: Language | null;
  service: string;
  /** How many are active. */
  authenticators: number;
  /** How many are left. */
  backupCodes: number;
}

const FIND = statement(`
  SELECT ac.user_id AS userId, ac.email, ac.email_proven_at IS NOT NULL AS isProven, ac.language,
    a.issuer AS service,
    (SELECT count(*) FROM authenticators t WHERE t.user_id = ac.user_id AND t.state = 'active') AS authenticators,
    (SELECT count(*) FROM backup_codes b WHERE b.user_id = ac.user_id AND b.used_at IS NULL) AS backupCodes
  FROM accounts ac JOIN users u ON u.id = ac.user_id JOIN apps a ON a.id = u.app_id
  WHERE ac.user_id IN (SELECT value FROM json_each(:userIds))`);

/** Finds users by their ids. Who was deleted is not among them. */
export async function findReaders(
  deps: Pick<Deps, "db">,
  wanted: readonly { userId: string }[],
): Promise<Map<string, Reader>> {
  const userIds = JSON.stringify(wanted.map(({ userId }) => userId));
  const { results } = await FIND(deps, { userIds }).all<Reader>();
  return new Map(results.map((reader) => [reader.userId, reader]));
}

interface Happening {
  kind: string;
  event: EventRow;
  issuerUrl: string;
  reader: Pick<Reader, "authenticators" | "backupCodes">;
}

export function noticeLetter(recipient: Recipient, happening: Happening): Content {
  const texts = textsFor(recipient);
  const { event, issuerUrl, reader } = happening;
  const kind = kindOf(happening);
  const { subject, what } = texts.notices[kind];
  const paragraphs = [
    what({ service: recipient.service }),
    ...(kind === "backup_code_used" ? [tellLeft(texts, reader)] : []),
    factsOf(recipient, event, texts),
    texts.notYou[kind === "email_changed" ? "withoutAccess" : "withAccess"]({
      url: `${issuerUrl}/account/activity`,
      service: recipient.service,
    }),
  ];
  return { subject: subject({ service: recipient.service }), paragraphs };
}

/** Without the last authenticator there is no second factor. */
function kindOf({ kind: stored, reader }: Happening): NoticeKind {
  const kind = readKind(stored);
  const isLast = kind === "authenticator_removed" && reader.authenticators === 0;
  return isLast ? "second_factor_off" : kind;
}

function tellLeft(texts: Texts, { backupCodes: left }: Happening["reader"]): string {
  return texts.codesLeft({ left, few: left <= FEW_BACKUP_CODES ? "few" : "other" });
}

/** Where an operator or an app's back end called from is not for users to know. */
function factsOf({ language }: Recipient, event: EventRow, texts: Texts): string {
  const time = formatTime(language ?? "en", event.id / 1000);
  const by = doerOf(event);
  if (by !== "user") return texts.facts.others({ time, by });
  const place = texts.facts.place(placeOf(event.userAgent));
  return texts.facts.own({ time, place, address: event.ip ?? "–" });
}

function doerOf({ actor }: EventRow): "user" | "operator" | "other" {
  if (actor === "admin") return "operator";
  return actor === "system" || actor.startsWith("key:") ? "other" : "user";
}

function formatTime(language: Language, time: number): string {
  const parts = { dateStyle: "long", timeStyle: "short", timeZone: "UTC" } as const;
  return `${new Intl.DateTimeFormat(language, parts).format(time)} (UTC)`;
}

function readKind(text: string): NoticeKind {
  const kind = NOTICE_KINDS.find((one) => one === text);
  if (!kind) throw new Error(`no kind of notice: ${text}`);
  return kind;
}
