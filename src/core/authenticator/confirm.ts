/**
 * Confirming an enrolment: the first right code makes a pending authenticator active, and is
 * thereby spent.
 *
 * Wrong codes count against the enrolment's own tries and never against the user's guard.
 */

import { normaliseCode } from "../../crypto/code";
import { statement } from "../../db/statement";
import { DEFAULT_PARAMETERS } from "../../crypto/totp";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { actorOf, type Caller } from "../caller/actor";
import { record } from "../audit/event";
import { createBackupCodes, replaceBackupCodes } from "../code/backup-codes";
import { diagnose } from "./diagnosis";
import { evaluateCode, openAuthenticators } from "../code/match";
import { assertUnlocked } from "../user/guard";
import {
  CLAIMED,
  claimBy,
  LIVE_APP,
  LIVE_CALLER,
  SAME_EPOCH,
  STEP_NOW,
  UNLOCKED,
  type Sequel,
} from "../caller/live";
import { loadKnownUser } from "../caller/load";
import { CONFIRM_TRIES } from "../policy";
import { isProofRequired } from "../change/proof";
import { isActive, type Authenticator, type UserRecord } from "../user/record";

/**
 * Decides: the enrolment is open and has tries left. `:step` is -1 for a wrong code. A reset user
 * is bound again by a right one.
 */
const CLAIM_CONFIRMATION = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + (:step >= 0), must_rebind = iif(:step >= 0, 0, must_rebind)
  WHERE users.id = :userId AND ${SAME_EPOCH} AND ${UNLOCKED} AND ${LIVE_APP} AND ${LIVE_CALLER}
    AND EXISTS (SELECT 1 FROM authenticators t WHERE t.id = :authenticatorId AND t.user_id = users.id
      AND t.state = 'pending' AND t.expires_at > :now AND t.tries < ${CONFIRM_TRIES}
      AND (:step < 0 OR t.last_step < :step)
      AND (NOT :requireProof OR t.proven OR NOT EXISTS (
        SELECT 1 FROM authenticators a WHERE a.user_id = users.id AND a.state = 'active')))
  RETURNING id`);

const APPLY = statement(`
  UPDATE authenticators SET
    tries = tries + (:step < 0),
    state = iif(:step >= 0, 'active', state),
    last_step = max(last_step, :step),
    drift = iif(:step >= 0, :step - ${STEP_NOW}, drift),
    confirmed_at = iif(:step >= 0, :now, NULL),
    last_used_at = iif(:step >= 0, :now, NULL),
    expires_at = iif(:step >= 0, NULL, expires_at)
  WHERE id = :authenticatorId AND ${CLAIMED}`);

export interface Confirmation {
  id: string;
  status: "active";
  /** Only with the user's first authenticator. */
  backupCodes?: string[];
}

export interface ConfirmationInput {
  authenticatorId: string;
  code: string;
  /** Whether the first one comes with backup codes: not where they cannot be shown. */
  withBackupCodes?: boolean;
  /** What else a right code does. */
  sequel?: Sequel | undefined;
}

/**
 * Throws `proof_required` for one that was begun without a proof, where by now there is a factor that
 * the app wants proven; `invalid_code`, or what `diagnose` makes of it; `not_found` also for an enrolment that has expired; `enrolment_closed` after
 * five wrong codes.
 */
export async function confirm(
  deps: Deps,
  caller: Caller,
  input: ConfirmationInput,
): Promise<Confirmation> {
  for (let reads = 0; reads < 2; reads++) {
    const loaded = await loadKnownUser(deps, caller);
    assertUnlocked(loaded.user, deps.now);
    const authenticator = pendingOne(loaded, input.authenticatorId);
    assertProven(loaded, caller, authenticator);
    const confirmation = await tryConfirm(deps, caller, loaded, { ...input, authenticator });
    if (confirmation) return confirmation;
  }
  throw new Problem("conflict", { retryAfter: 1 });
}

function pendingOne({ authenticators }: UserRecord, id: string): Authenticator {
  const found = authenticators.find((one) => one.id === id);
  if (!found)
    throw new Problem("not_found", {
      detail: "No such authenticator, or its enrolment has expired.",
    });
  if (found.state === "active") throw new Problem("already_confirmed");
  if (found.tries >= CONFIRM_TRIES) throw new Problem("enrolment_closed");
  return found;
}

/** Else several begun at once, before there was a factor, would be as many ways around its proof. */
function assertProven(loaded: UserRecord, caller: Caller, { proven }: Authenticator): void {
  if (proven || !isProofRequired(loaded, actorOf(caller))) return;
  if (loaded.authenticators.some(isActive)) throw new Problem("proof_required");
}

/** Null if something changed since the read; nothing is charged then. */
async function tryConfirm(
  deps: Deps,
  caller: Caller,
  loaded: UserRecord,
  input: ConfirmationInput & { authenticator: Authenticator },
): Promise<Confirmation | null> {
  const { app, user } = loaded;
  const { authenticator, code, sequel, withBackupCodes = true } = input;
  const subject = { appId: app.id, userId: user.id, authenticators: [authenticator] };
  const opened = await openAuthenticators(deps.keyring, subject);
  const digits = digitsOf(code, authenticator);
  const { window } = app.settings;
  const candidates = opened.filter((one) => one.digits === digits.length);
  const { matches } = await evaluateCode(candidates, digits, { now: deps.now, window });
  const [match] = matches;
  const step = match?.step ?? -1;
  const change = { authenticatorId: authenticator.id, step, sequel, withBackupCodes };
  const { backupCodes, claimed } = await commitConfirmation(deps, caller, loaded, change);
  if (!claimed) return null;
  if (step < 0) throw await diagnose(opened, digits, { now: deps.now, window });
  return { id: authenticator.id, status: "active", ...(backupCodes && { backupCodes }) };
}

async function commitConfirmation(
  deps: Deps,
  caller: Caller,
  loaded: UserRecord,
  change: Omit<ConfirmationInput, "code"> & { step: number },
) {
  const { authenticatorId, step, sequel, withBackupCodes } = change;
  const claim = claimBy(deps, actorOf(caller), loaded);
  const requireProof = Number(isProofRequired(loaded, actorOf(caller)));
  const values = { ...claim, authenticatorId, step, requireProof };
  const isFirst = step >= 0 && !loaded.authenticators.some(isActive);
  const backup =
    isFirst && withBackupCodes ? await createBackupCodes(deps.keyring, loaded.user.id) : undefined;
  const d1 = deps.db.$client;
  const [claimed] = await d1.batch([
    CLAIM_CONFIRMATION(d1, values),
    APPLY(d1, values),
    ...(backup ? replaceBackupCodes(deps, { ...claim, hashes: backup.hashes }) : []),
    record(deps, confirmationEvent(caller, values), claim.attempt),
    ...(step >= 0 && sequel ? sequel(claim) : []),
  ]);
  return { backupCodes: backup?.codes, claimed: claimed?.results.length === 1 };
}

function confirmationEvent(
  caller: Caller,
  values: { appId: string; userId: string; authenticatorId: string; step: number },
) {
  const { appId, userId, authenticatorId, step } = values;
  const event = { type: "authenticator.confirmed", actor: actorOf(caller).name } as const;
  const failure = { outcome: "failure", reason: "wrong_code" } as const;
  return { ...event, appId, userId, authenticatorId, ...(step < 0 && failure) };
}

/**
 * As many as this authenticator has, or as an app shows that ignores how many. Throws
 * `invalid_request` for what is neither; that takes no try.
 */
export function digitsOf(text: string, { digits }: Pick<Authenticator, "digits">): string {
  const code = normaliseCode(text);
  const possible = [digits, DEFAULT_PARAMETERS.digits];
  if (code?.method === "totp" && possible.includes(code.digits.length)) return code.digits;
  throw new Problem("invalid_request", { detail: `code: ${digits} digits.` });
}
