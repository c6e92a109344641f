/**
 * The one gate: nothing else in the system accepts a user's TOTP or backup code. Every surface goes
 * through `attemptCode`, so that throttling, single use and the audit trail cannot be forgotten.
 * (Where there is no user, because the caller holds the secret: `bare-secrets.ts`.)
 */

import { normaliseCode, type Code } from "../crypto/code";
import type { Deps } from "../env";
import { Problem } from "../problem";
import { actorOf, type Caller } from "./actor";
import { backupCodeHashes, countBackupCodes, type BackupCodesLeft } from "./backup-codes";
import { commit, type Attempt, type Outcome } from "./commit";
import { findMatches, openAuthenticators, type Match, type OpenAuthenticator } from "./evaluate";
import { assertOpen } from "./guard";
import { loadKnownUser } from "./load-user";
import { noteRefusal } from "./refusals";
import { rememberUsed } from "./used-codes";
import { isActive, type App, type User, type UserRecord } from "./user-record";

export type Verification =
  | {
      valid: true;
      method: Code["method"];
      authenticatorId?: string;
      backupCodes: BackupCodesLeft;
    }
  | { valid: false; attemptsRemaining: number };

/**
 * Whether a code of a user is right; a right one is spent by the asking.
 *
 * Throws `not_found`, `not_enrolled`, `locked`, `user_disabled` or `rebinding_required` without
 * evaluating the code.
 */
export async function verifyCode(
  deps: Deps,
  caller: Caller,
  { code, ...about }: Pick<Attempt, "afterPass"> & { code: string },
): Promise<Verification> {
  const normal = parseCode(code);
  const asked = { ...about, actor: actorOf(caller), challenge: null };
  // Once more if something changed between the read and the commit; then the second read says what.
  for (let reads = 0; reads < 2; reads++) {
    const loaded = await loadKnownUser(deps, caller);
    const result = await attemptLoaded(deps, loaded, normal, asked);
    if (result) return toVerification(result, normal, loaded.app);
  }
  throw new Problem("conflict", { retryAfter: 1 });
}

/**
 * As `attemptCode`, for a user as they were read. Throws `not_enrolled`, `locked`, `user_disabled` or
 * `rebinding_required` without evaluating the code.
 */
export async function attemptLoaded(
  deps: Deps,
  { user, app, authenticators }: Pick<UserRecord, "user" | "app" | "authenticators">,
  code: Code,
  asked: Asked,
): Promise<AttemptResult | null> {
  refuseLocked(deps, app, user);
  const active = authenticators.filter(isActive);
  if (active.length === 0) throw new Problem("not_enrolled");
  const opened = await openAuthenticators(deps.keyring, {
    appId: app.id,
    userId: user.id,
    authenticators: active,
  });
  return attemptCode(deps, { user, app, authenticators: opened, ...asked }, code);
}

function refuseLocked(deps: Deps, app: App, user: User) {
  try {
    assertOpen(user, deps.now);
  } catch (refusal) {
    noteRefusal(deps, { appId: app.id, userId: user.id, reason: "locked" });
    throw refusal;
  }
}

/** Who asks, and what for. */
type Asked = Pick<Attempt, "actor" | "challenge" | "afterPass">;

/** Whose code it is, as read, and who asks. */
export interface Subject extends Asked {
  app: Attempt["app"];
  user: Attempt["user"] & { failures: number };
  authenticators: OpenAuthenticator[];
}

export type AttemptResult = Outcome & { authenticatorId?: string };

/**
 * Evaluates a code and commits the attempt; null if the commit found that something no longer
 * holds, and changed nothing.
 */
export async function attemptCode(
  deps: Deps,
  subject: Subject,
  code: Code,
): Promise<AttemptResult | null> {
  return code.method === "totp"
    ? attemptTotp(deps, subject, code.digits)
    : attemptBackupCode(deps, subject, code.symbols);
}

async function attemptTotp(
  deps: Deps,
  subject: Subject,
  digits: string,
): Promise<AttemptResult | null> {
  const { window } = subject.app.settings;
  const candidates = subject.authenticators.filter((one) => one.digits === digits.length);
  const matches = await findMatches(candidates, digits, { now: deps.now, window });
  if (!subject.challenge && isReplay(matches)) return refuseReplay(deps, subject);
  const outcome = await commit(deps, {
    ...subject,
    method: "totp",
    steps: Object.fromEntries(matches.map((match) => [match.authenticatorId, match.step])),
    hashes: [],
    compared: candidates.length * (2 * window + 1),
    reason: matches.length > 0 ? "replayed_code" : "wrong_code",
  });
  if (!outcome?.passed) return outcome;
  if (subject.challenge) rememberMatches(deps, matches, digits, window);
  return { ...outcome, ...(matches[0] && { authenticatorId: matches[0].authenticatorId }) };
}

/**
 * A code that is certainly used: its step is the last one spent, as read, and that number never
 * goes back. Refused without a write and without a charge, because whoever sends it knew it before
 * and learns nothing: a double click costs no strike, a flood of replays never reaches the writer.
 * Not for challenges: what is read for them is not the primary's word on anything else.
 */
function isReplay(matches: Match[]): boolean {
  return matches.length > 0 && matches.every(({ step, lastStep }) => step === lastStep);
}

/** The answer to a replay. In the audit trail it is noted once a minute. */
function refuseReplay(deps: Deps, { app, user }: Subject): AttemptResult {
  noteRefusal(deps, { appId: app.id, userId: user.id, reason: "replayed_code" });
  const { failures } = user;
  return {
    passed: false,
    failures,
    lockedUntil: null,
    earlierAttempts: 0,
    backupCodesRemaining: 0,
  };
}

/** For the next challenge, whose answer is evaluated without a read of D1. */
function rememberMatches(deps: Deps, matches: Match[], digits: string, window: number): void {
  for (const { authenticatorId, step, period } of matches) {
    const validUntil = (step + window + 1) * period * 1000;
    rememberUsed(deps, { authenticatorId, digits, validUntil });
  }
}

async function attemptBackupCode(
  deps: Deps,
  subject: Subject,
  symbols: string,
): Promise<AttemptResult | null> {
  const hashes = await backupCodeHashes(deps.keyring, subject.user.id, symbols);
  const reason = "wrong_backup_code";
  return commit(deps, {
    ...subject,
    method: "backup_code",
    steps: {},
    hashes,
    compared: 1,
    reason,
  });
}

/**
 * Throws `invalid_request` for what has the form of no code: that is a mistake of the form, not a
 * guess, and counts for nothing.
 */
export function parseCode(text: string): Code {
  const code = normaliseCode(text);
  if (code) return code;
  throw new Problem("invalid_request", {
    detail: "code: 6 to 8 digits, or a backup code of 24 letters and digits.",
  });
}

function toVerification(result: AttemptResult, code: Code, app: App): Verification {
  if (!result.passed) {
    const left = app.settings.failuresBeforeLock - result.failures;
    return { valid: false, attemptsRemaining: Math.max(0, left) };
  }
  return {
    valid: true,
    method: code.method,
    ...(result.authenticatorId && { authenticatorId: result.authenticatorId }),
    backupCodes: countBackupCodes(result.backupCodesRemaining),
  };
}
