/**
 * Confirms an enrolment: the first right code makes a pending authenticator active, and is spent by
 * that.
 *
 * It does not go through the gate (`code/verify.ts`), because there is no factor yet for the gate
 * to guard. Wrong codes count against the enrolment's own tries and never against the user's guard.
 */

import { normaliseCode } from "../../crypto/code";
import { DEFAULT_PARAMETERS } from "../../crypto/totp";
import { effect, type Effect } from "../../db/effect";
import type { Deps } from "../../env";
import { invalidField, Problem } from "../../problem";
import type { Caller } from "../caller/actor";
import { SAME_EPOCH, STEP_NOW, UNLOCKED } from "../caller/live";
import { change, takeAlong, type Context, type Plan } from "../change/change";
import { isProofRequired } from "../change/proof";
import { createBackupCodes, replaceBackupCodes } from "../code/backup-codes";
import { evaluateCode, openAuthenticators } from "../code/match";
import { CONFIRM_TRIES } from "../policy";
import { assertUnlocked } from "../user/guard";
import { findAuthenticator, isActive, type Authenticator } from "../user/record";
import { diagnose } from "./diagnosis";

/** The enrolment is open and has tries left. `:step` is -1 for a wrong code. */
const IS_OPEN =
  `EXISTS (SELECT 1 FROM authenticators t WHERE t.id = :authenticatorId AND t.user_id = users.id
      AND t.state = 'pending' AND t.expires_at > :now AND t.tries < ${CONFIRM_TRIES}
      AND (:step < 0 OR t.last_step < :step)
      AND (NOT :mustBeProven OR t.proven OR NOT EXISTS (
        SELECT 1 FROM authenticators a WHERE a.user_id = users.id AND a.state = 'active')))` as const;

const APPLY = effect(
  `UPDATE authenticators SET
    tries = tries + (:step < 0),
    state = iif(:step >= 0, 'active', state),
    last_step = max(last_step, :step),
    drift = iif(:step >= 0, :step - ${STEP_NOW}, drift),
    confirmed_at = iif(:step >= 0, :now, NULL),
    last_used_at = iif(:step >= 0, :now, NULL),
    expires_at = iif(:step >= 0, NULL, expires_at)`,
  "id = :authenticatorId",
);

export interface Confirmation {
  id: string;
  status: "active";
  /** Present only with the user's first authenticator. */
  backupCodes?: string[];
}

/** For a wrong code, the answer is a function that finds out why it is wrong. */
type Answer = Confirmation | { diagnosis: () => Promise<Problem> };

export interface ConfirmationInput {
  authenticatorId: string;
  code: string;
  /**
   * Whether a user's first authenticator comes with backup codes. They are left out where they
   * cannot be shown.
   */
  withBackupCodes?: boolean;
  /** What a right code does to the caller's session instead of merely keeping it alive. */
  renewal?: Effect;
  /** What else a right code does. */
  effects?: readonly Effect[];
}

/**
 * A right code also ends the need of a reset user to enrol again. A wrong code is charged to the
 * enrolment alone.
 */
const CONFIRM = change(
  "authenticator.confirmed",
  {
    set: "epoch = epoch + (:step >= 0), must_rebind = iif(:step >= 0, 0, must_rebind)",
    only: [SAME_EPOCH, UNLOCKED, IS_OPEN],
    effects: [APPLY],
  },
  { plan: planConfirmation },
);

/**
 * Confirms an enrolment. Throws `not_found` for an unknown or expired enrolment,
 * `already_confirmed`, `enrolment_closed` after five wrong codes, `invalid_request` for a text that
 * is no code, `invalid_code` or whatever else `diagnose` finds, and what a change throws. Throws
 * `proof_required` if the enrolment began without a proof and the user meanwhile has a factor that
 * the app wants proven.
 */
export async function confirm(
  deps: Deps,
  caller: Caller,
  input: ConfirmationInput,
): Promise<Confirmation> {
  const answer = await CONFIRM(deps, caller, input);
  if ("diagnosis" in answer) throw await answer.diagnosis();
  return answer;
}

async function planConfirmation(
  context: Context,
  input: ConfirmationInput,
): Promise<Plan<"authenticatorId" | "step" | "mustBeProven", Answer>> {
  const { deps, actor, found } = context;
  const authenticator = pendingOne(context, input.authenticatorId);
  const opened = await openAuthenticators(deps.keyring, {
    appId: found.app.id,
    userId: found.user.id,
    authenticators: [authenticator],
  });
  const digits = digitsOf(input.code, authenticator);
  const { window } = found.app.settings;
  const candidates = opened.filter((one) => one.digits === digits.length);
  const { matches } = await evaluateCode(candidates, digits, { now: deps.now, window });
  const authenticatorId = authenticator.id;
  const step = matches[0]?.step ?? -1;
  const mustBeProven = Number(isProofRequired(found, actor));
  const values = { authenticatorId, step, mustBeProven };
  if (step < 0) {
    const event = { authenticatorId, outcome: "failure", reason: "wrong_code" } as const;
    const diagnosis = () => diagnose(opened, digits, { now: deps.now, window });
    return { values, event, answer: { diagnosis } };
  }
  return { values, event: { authenticatorId }, ...(await followUp(context, input)) };
}

/** What else a right code does, and the answer to it. */
async function followUp(
  { deps, caller, found }: Context,
  { authenticatorId: id, withBackupCodes = true, renewal, effects = [] }: ConfirmationInput,
) {
  const isFirst = !found.authenticators.some(isActive);
  const backup =
    isFirst && withBackupCodes ? await createBackupCodes(deps.keyring, found.user.id) : undefined;
  const answer: Answer = {
    id,
    status: "active",
    ...(backup && { backupCodes: backup.codes }),
  };
  const session = renewal ? [renewal] : takeAlong(caller);
  const codes = backup ? replaceBackupCodes(backup.hashes) : [];
  return { effects: [...codes, ...session, ...effects], answer };
}

/**
 * Finds the enrolment that is to be confirmed. It must be proven if the app wants that and a factor
 * is active by now. Otherwise several enrolments that began before the first factor would be as many
 * ways around the proof.
 */
function pendingOne({ deps, actor, found }: Context, id: string): Authenticator {
  assertUnlocked(found.user, deps.now);
  const one = findAuthenticator(found, id, "No such authenticator, or its enrolment has expired.");
  if (isActive(one)) throw new Problem("already_confirmed");
  if (one.tries >= CONFIRM_TRIES) throw new Problem("enrolment_closed");
  const isProven = one.proven || !isProofRequired(found, actor);
  if (!isProven && found.authenticators.some(isActive)) throw new Problem("proof_required");
  return one;
}

/**
 * Reads a code with as many digits as this authenticator has, or as an authenticator app shows that
 * ignores the number of digits. Throws `invalid_request` for any other text, which takes no try.
 */
export function digitsOf(text: string, { digits }: Pick<Authenticator, "digits">): string {
  const code = normaliseCode(text);
  const possible = [digits, DEFAULT_PARAMETERS.digits];
  if (code?.method === "totp" && possible.includes(code.digits.length)) return code.digits;
  throw invalidField(["code"], `${digits} digits.`);
}
