/** What a mail with a code says. */

import type { MailCodePurpose } from "../../db/mail-schema";
import { MAIL_CODE_LIFE, MINUTE } from "../policy";
import { textsFor, type Content, type Recipient } from "./letter";

export function codeLetter(
  recipient: Recipient,
  { purpose, code }: { purpose: MailCodePurpose; code: string },
): Content {
  const { service } = recipient;
  const { subject, what, notYou } = textsFor(recipient).codes[purpose];
  const paragraphs = [
    what({ service, minutes: MAIL_CODE_LIFE / MINUTE }),
    typeof notYou === "string" ? notYou : notYou({ service }),
  ];
  return { subject, code, paragraphs };
}
