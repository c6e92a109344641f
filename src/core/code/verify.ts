/**
 * The one gate: nothing else accepts a code of a user's factor. Every surface goes through
 * `attemptCode`, so that throttling, single use and the audit trail cannot be forgotten.
 *
 * Two more places spend a step, and neither can spend one of a factor. `authenticator/confirm.ts`
 * takes the first code of a pending authenticator, which is no factor until then. An import with a
 * code (`authenticator/import.ts`) makes an authenticator whose step is spent from the start. Where
 * the caller holds the secret and there is no user, `code/bare-secrets.ts` decides.
 */

import type { Code } from "../../crypto/code";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { actorOf, type Caller } from "../caller/actor";
import { backupCodeHashes, countBackupCodes, type BackupCodesLeft } from "./backup-codes";
import { commit, type Attempt } from "./commit";
import {
  evaluateCode,
  evaluatePair,
  type Evaluation,
  type Match,
  type OpenAuthenticator,
} from "./match";
import { loadKnownUser, withNearestUser } from "../caller/load";
import { noteRefusal } from "../audit/refusals";
import { lockOutOf, type LockOut } from "./lock-out";
import { parseCode } from "./parse-code";
import { spentRuling, type Ruling } from "./ruling";
import { openNearest, openSubject, type Subject } from "./subject";
import { rememberUsed } from "./used";

export type Verification =
  | {
      valid: true;
      method: Code["method"];
      authenticatorId?: string;
      backupCodes: BackupCodesLeft;
    }
  | Refusal;

/** The answer to a code that is wrong or spent. */
export type Refusal = { valid: false; attemptsRemaining: number } & LockOut;

/**
 * Says whether a code of a user is right. Asking spends a right code.
 *
 * Throws `invalid_request` for a text that is no code. Throws `not_found`, `not_enrolled`,
 * `locked`, `user_disabled` or `rebinding_required` without evaluating the code. Throws `conflict`
 * if the user or the app kept changing meanwhile.
 */
export async function verifyCode(
  deps: Deps,
  caller: Caller,
  { code, ...about }: DirectAttempt & { code: string },
): Promise<Verification> {
  const normal = parseCode(code);
  const result = await attemptDirectly(deps, caller, about, (subject) =>
    attemptCode(deps, subject, normal),
  );
  if (result.verdict !== "passed") {
    return { valid: false, attemptsRemaining: result.attemptsRemaining, ...lockOutOf(result) };
  }
  return {
    valid: true,
    method: normal.method,
    ...(result.authenticatorId && { authenticatorId: result.authenticatorId }),
    backupCodes: countBackupCodes(result.backupCodesRemaining),
  };
}

type DirectAttempt = Pick<Attempt, "afterPass">;

/**
 * Makes an attempt without a challenge. Tries once more if what was read no longer held in the
 * commit; the second read, which is of the primary, then says what. Throws what `verifyCode`
 * throws.
 */
export async function attemptDirectly(
  deps: Deps,
  caller: Caller,
  about: DirectAttempt,
  attempt: (subject: Subject) => Promise<AttemptResult | null>,
): Promise<AttemptResult & { attemptsRemaining: number }> {
  const asked = { ...about, actor: actorOf(caller), challenge: null };
  for (let reads = 0; reads < 2; reads++) {
    const opened = await (reads === 0
      ? withNearestUser(deps, caller, (found, isStale) => openNearest(deps, found, isStale))
      : openSubject(deps, await loadKnownUser(deps, caller)));
    const result = await attempt({ ...asked, ...opened });
    const left = opened.app.settings.failuresBeforeLock - (result?.failures ?? 0);
    if (result) return { ...result, attemptsRemaining: result.capped ? 0 : Math.max(0, left) };
  }
  throw new Problem("conflict", { retryAfter: 1 });
}

export type AttemptResult = Ruling & { authenticatorId?: string };

/**
 * Evaluates a code and commits the attempt. Answers null if what was read is not enough to say
 * anything: the commit found that something no longer holds, and changed nothing, or a stale read
 * says that the code is spent.
 */
export async function attemptCode(
  deps: Deps,
  subject: Subject,
  code: Code,
): Promise<AttemptResult | null> {
  const attempted =
    code.method === "totp"
      ? attemptTotp(deps, subject, code.digits)
      : attemptBackupCode(deps, subject, code.symbols);
  return noteSpent(deps, subject, await attempted);
}

async function attemptTotp(
  deps: Deps,
  subject: Subject,
  digits: string,
): Promise<AttemptResult | null> {
  const { window } = subject.app.settings;
  const candidates = subject.authenticators.filter((one) => one.digits === digits.length);
  const evaluation = await evaluateCode(candidates, digits, { now: deps.now, window });
  const result = await attemptSteps(deps, subject, { ...evaluation, run: 1 });
  if (result?.verdict === "passed" && subject.challenge) {
    rememberMatches(deps, evaluation.matches, digits, window);
  }
  return result;
}

/**
 * Evaluates two codes in a row of one authenticator by `evaluatePair`, and otherwise does what
 * `attemptCode` does.
 */
export async function attemptPair(
  deps: Deps,
  subject: Subject,
  pair: readonly [string, string],
): Promise<AttemptResult | null> {
  const candidates = subject.authenticators.filter((one) => one.digits === pair[0].length);
  const evaluation = await evaluatePair(candidates, pair, deps.now);
  return noteSpent(deps, subject, await attemptSteps(deps, subject, { ...evaluation, run: 2 }));
}

async function attemptSteps(
  deps: Deps,
  subject: Subject,
  { matches, compared, run }: Evaluation & Pick<Attempt, "run">,
): Promise<AttemptResult | null> {
  if (!subject.challenge && isSpent(matches)) {
    return subject.isStale ? null : spentRuling(subject.user.failures);
  }
  const outcome = await commit(deps, {
    ...subject,
    method: "totp",
    steps: Object.fromEntries(matches.map((match) => [match.authenticatorId, match.step])),
    run,
    drifts: subject.isStale ? driftsOf(subject.authenticators) : {},
    hashes: [],
    compared,
    reason: "wrong_code",
  });
  const [match] = matches;
  if (outcome?.verdict !== "passed" || !match) return outcome;
  return { ...outcome, authenticatorId: match.authenticatorId };
}

function driftsOf(authenticators: OpenAuthenticator[]): Attempt["drifts"] {
  return Object.fromEntries(authenticators.map(({ id, drift }) => [id, drift]));
}

/**
 * Whether a code is certainly spent, judging by what was read. A flood of spent codes thus never
 * reaches the writer; the commit decides by the same rule. If the code belongs to several
 * authenticators, one spent step is enough, and the other authenticators stay as they are: the
 * sender may have seen the code used. This is not asked for challenges, because what is read for
 * them may be out of date.
 */
function isSpent(matches: Match[]): boolean {
  return matches.some(({ step, lastStep }) => step <= lastStep);
}

/**
 * Notes a spent code in the audit trail, at most once a minute. A spent code is not charged,
 * whichever step it is of: the sender knew it before, or has guessed one that is worth nothing.
 */
function noteSpent(
  deps: Deps,
  { app, user }: Subject,
  outcome: AttemptResult | null,
): AttemptResult | null {
  if (outcome?.verdict === "spent") {
    noteRefusal(deps, { appId: app.id, userId: user.id, reason: "replayed_code" });
  }
  return outcome;
}

/** Remembers spent codes for the next challenge, whose answer is evaluated without reading D1. */
function rememberMatches(deps: Deps, matches: Match[], digits: string, window: number): void {
  for (const { authenticatorId, step, period, drift } of matches) {
    // The codes of a clock that is behind are compared for longer.
    const validUntil = (step + window + 1 - Math.min(0, drift)) * period * 1000;
    rememberUsed(deps, { authenticatorId, digits, validUntil });
  }
}

async function attemptBackupCode(
  deps: Deps,
  subject: Subject,
  symbols: string,
): Promise<Ruling | null> {
  const hashes = await backupCodeHashes(deps.keyring, subject.user.id, symbols);
  return commit(deps, {
    ...subject,
    method: "backup_code",
    steps: {},
    run: 1,
    drifts: {},
    hashes,
    compared: 1,
    reason: "wrong_backup_code",
  });
}
