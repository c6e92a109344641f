/**
 * Codes that are sent to the e-mail address of an account: to prove that address, or to set another password.
 * A code belongs to its purpose, its user and the address that it was sent to, is good once and for a
 * quarter of an hour, and takes five wrong tries. Each statement that decides checks all of that anew.
 */

import { digest, digests } from "../../crypto/keyring";
import { randomDigits } from "../../crypto/random";
import { carryOut, claimed, effect, type Effect } from "../../db/effect";
import type { MailCodePurpose } from "../../db/mail-schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { recorded, recordWhere, type AuditEvent } from "../audit/event";
import type { Actor } from "../caller/actor";
import { claimBy, LIVE_APP, LIVE_CALLER, SAME_EPOCH } from "../caller/live";
import { write } from "../mail/letter";
import { codeLetter } from "../mail/code-letter";
import { send, sendsMail } from "../mail/send";
import {
  ACCOUNTS_APP,
  MAIL_CODE_DIGITS,
  MAIL_CODE_GUARDS,
  MAIL_CODE_LIFE,
  MAIL_CODE_TRIES,
} from "../policy";
import type { Account } from "../user/account";
import type { App, User } from "../user/record";
import {
  counterKey,
  countWhere,
  IS_OPEN,
  placeCounters,
  USED_UP_UNTIL,
  usedUp,
  type Client,
  type Counter,
} from "./attempt-counters";

/** Whose address it is. Null: nobody's. */
export type Holder = { app: App; user: User; account: Account } | null;

interface Mailed {
  holder: Holder;
  /** The address in its stored spelling. */
  email: string;
  purpose: MailCodePurpose;
  actor: Actor;
}

const OWN = `user_id = :userId AND purpose = :purpose` as const;

/** Another password is only set by somebody who has proven this address before. */
const SUITS =
  `ac.email = :email AND (:purpose = 'address' OR ac.email_proven_at IS NOT NULL)` as const;

const KEEP = statement(`
  INSERT INTO mail_codes (user_id, purpose, digest, failures, expires_at)
  SELECT ac.user_id, :purpose, :digest, 0, :now + ${MAIL_CODE_LIFE}
  FROM accounts ac JOIN users u ON u.id = ac.user_id AND u.disabled_at IS NULL
  WHERE ac.user_id = :userId AND ${SUITS} AND ${IS_OPEN}
  ON CONFLICT (user_id, purpose) DO UPDATE SET digest = excluded.digest, failures = 0,
    expires_at = excluded.expires_at
  RETURNING user_id`);
const recordSent = recordWhere(
  `EXISTS (SELECT 1 FROM mail_codes WHERE ${OWN} AND digest = :digest)`,
);
const COUNT = countWhere(":guards", IS_OPEN);

/**
 * Sends a code, after the answer. Whether there is such an account, and whether its address is proven, cannot
 * be told from the answer: the same statements run for everybody, and only mail differs. Throws `mail_off`, and
 * `rate_limited` for too many codes.
 */
export async function sendMailedCode(
  deps: Deps,
  { client, ...mailed }: Mailed & { client: Client },
): Promise<void> {
  assertMail(deps);
  const { holder, email, purpose, actor } = mailed;
  const code = randomDigits(MAIL_CODE_DIGITS);
  const userId = holder?.user.id ?? "";
  const values = {
    userId,
    email,
    purpose,
    digest: await digest(deps.keyring, "mail-code", message(mailed, code)),
    guards: JSON.stringify(await guardsOf(deps, { email, purpose }, client)),
    now: deps.now.getTime(),
  };
  const event: AuditEvent = {
    type: "email.code_sent",
    actor: actor.name,
    appId: ACCOUNTS_APP,
    userId: userId || null,
    reason: purpose,
  };
  const [used, kept] = await deps.db.$client.batch<{ until?: number | null }>([
    USED_UP_UNTIL(deps, values),
    KEEP(deps, values),
    recordSent(deps, event, values),
    COUNT(deps, values),
  ]);
  const until = used?.results[0]?.until ?? null;
  if (until !== null) throw usedUp(until - values.now, TOO_MANY);
  if (holder && kept?.results.length === 1)
    deps.defer(mail(deps, holder, { email, purpose, code }));
}

async function mail(
  deps: Deps,
  { app, account }: NonNullable<Holder>,
  { email: to, ...code }: { email: string; purpose: MailCodePurpose; code: string },
): Promise<void> {
  const recipient = { to, language: account.language, service: app.issuer };
  const fault = await send(deps, await write(recipient, codeLetter(recipient, code)));
  if (fault !== null) {
    console.log(JSON.stringify({ level: "warn", event: "code_not_sent", cause: fault }));
  }
}

/** Condition on a row of `mail_codes`: the code for it may still be given. */
const STANDS = `failures < ${MAIL_CODE_TRIES} AND expires_at > :now` as const;
const IS_GIVEN = `digest IN (SELECT value FROM json_each(:digests))` as const;
const CLAIM = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + :endsSessions
  WHERE users.id = :userId AND users.disabled_at IS NULL AND ${SAME_EPOCH} AND ${LIVE_APP} AND ${LIVE_CALLER}
    AND EXISTS (SELECT 1 FROM mail_codes WHERE ${OWN} AND ${STANDS} AND ${IS_GIVEN})
    AND EXISTS (SELECT 1 FROM accounts ac WHERE ac.user_id = users.id AND ${SUITS})
  RETURNING id`);
/** A right code is not charged, whatever else has changed. */
const IS_WRONG = `${OWN} AND ${STANDS} AND NOT (${IS_GIVEN})` as const;
const recordWrong = recordWhere(`EXISTS (SELECT 1 FROM mail_codes WHERE ${IS_WRONG})`);
const CHARGE = statement(`UPDATE mail_codes SET failures = failures + 1 WHERE ${IS_WRONG}`);
const USE_UP = effect("DELETE FROM mail_codes", "user_id = :userId AND purpose = :purpose");
const IS_RIGHT = statement(`
  SELECT 1 FROM mail_codes WHERE ${OWN} AND ${STANDS} AND ${IS_GIVEN}`);

export interface GivenCode extends Mailed {
  code: string;
}

/** Whether the code would be right at this moment. That decides nothing. */
export async function isRight(deps: Deps, given: GivenCode): Promise<boolean> {
  assertMail(deps);
  const row = await IS_RIGHT(deps, await valuesOf(deps, given)).first();
  return row !== null;
}

/**
 * Carries out the effects if the code is right, and everything that was read still holds. Throws `mail_off`;
 * `invalid_mailed_code`, which charges a try of the code that was sent; and after a right one `user_disabled` and
 * `conflict`.
 */
export async function spendMailedCode(
  deps: Deps,
  given: GivenCode,
  { effects, endsSessions = false }: { effects: Effect[]; endsSessions?: boolean },
): Promise<void> {
  assertMail(deps);
  const { purpose, actor } = given;
  const values = { ...(await valuesOf(deps, given)), endsSessions: Number(endsSessions) };
  const { userId } = values;
  const type = purpose === "address" ? "email.proven" : "password.reset";
  const event = { type, actor: actor.name, appId: ACCOUNTS_APP, userId: userId || null } as const;
  const [right, decided] = await deps.db.$client.batch([
    IS_RIGHT(deps, values),
    CLAIM(deps, values),
    recordWrong(deps, { ...event, outcome: "failure", reason: "wrong_code" }, values),
    CHARGE(deps, values),
    ...carryOut(deps, claimed(values), [...effects, USE_UP({ purpose }), recorded(deps, event)]),
  ]);
  if (decided?.results.length === 1) return;
  if (right?.results.length !== 1) throw new Problem("invalid_mailed_code");
  if (typeof given.holder?.user.disabledAt === "number") throw new Problem("user_disabled");
  throw new Problem("conflict", { retryAfter: 1 });
}

async function valuesOf(deps: Deps, given: GivenCode) {
  const { holder, email, purpose, actor, code } = given;
  const hashes = await digests(deps.keyring, "mail-code", message(given, code));
  const claim = claimBy(deps, actor, holder ?? NOBODY);
  return { ...claim, email, purpose, digests: JSON.stringify(hashes) };
}

/** Whoever a code of nobody's address is checked for. */
const NOBODY = { app: { id: ACCOUNTS_APP, epoch: 0 }, user: { id: "", epoch: 0 } };

function assertMail(deps: Deps): void {
  if (!sendsMail(deps)) throw new Problem("mail_off");
}

function message({ purpose, holder, email }: Omit<Mailed, "actor">, code: string): string {
  return JSON.stringify([purpose, holder?.user.id ?? "", email, code]);
}

async function guardsOf(
  deps: Deps,
  { email, purpose }: Pick<Mailed, "email" | "purpose">,
  client: Client,
): Promise<Counter[]> {
  const { name, ...limits } = MAIL_CODE_GUARDS;
  const key = await counterKey(deps, "mailed-code", "to", purpose, email);
  const places = await placeCounters(deps, client, { limits, name: ["mailed-code", "from"] });
  return [{ ...name, key }, ...places];
}

const TOO_MANY = { detail: "Too many codes were asked for.", policy: "mailed_codes" };
