/**
 * The one commit: spends the attempt, the code and (if there is one) the challenge, and writes the
 * audit rows, in one D1 batch.
 *
 * Its first statement decides. It updates the user's row only if everything still holds, works out
 * from the rows themselves whether the code passes, counts accordingly, and marks the row with the
 * attempt's random id; the others hang on that mark. Right, wrong and replayed codes run the same
 * statements, and the answer is what the batch returned.
 */

import { statement } from "../db/statement";
import type { Deps } from "../env";
import type { Actor } from "./actor";
import { NEXT_AUDIT_ID, requestValues } from "./audit";
import {
  CHALLENGE_IS_OVER,
  claimBy,
  CLAIMED,
  LIVE_APP,
  LIVE_PROVER,
  SAME_EPOCH,
  STEP_NOW,
  UNLOCKED,
  type Sequel,
} from "./claim";
import { DAY, MINUTE, PROOF_LIFE } from "./policy";
import type { App, User } from "./user-record";

/** Strikes as they stand now: one is forgiven a day, a fraction of a day forgives that fraction. */
const STRIKES_NOW = `max(0, users.strikes - max(0, :now - coalesce(users.strikes_at, :now)) / ${DAY}.0)`;

/** Never earlier than it was: a clock that goes back and forward again forgives no day twice. */
const FORGIVEN_UNTIL = `max(:now, coalesce(users.strikes_at, 0))`;

/**
 * The end of the lock after so many failures: RFC 4226 §7.3. 30 s, doubling with every further one,
 * at most an hour.
 */
export const lockEnd = (failures: string) =>
  `:now + 1000 * min(3600, 30 << min(${failures} - :failuresBeforeLock, 7))`;

/**
 * Passed: at least one authenticator matched, and the matched step of every one that did is
 * unspent.
 */
const TOTP_PASSES = `SELECT count(*) > 0
    AND count(*) = total(t.user_id = :userId AND t.state = 'active' AND t.last_step < matched.value) AS passed
  FROM json_each(:steps) AS matched LEFT JOIN authenticators t ON t.id = matched.key`;

/** Passed: the user has this backup code, unused. */
const BACKUP_CODE_PASSES = `SELECT EXISTS (
    SELECT 1 FROM backup_codes WHERE user_id = :userId AND used_at IS NULL
      AND hash IN (SELECT value FROM json_each(:hashes))) AS passed`;

/**
 * A failed attempt leaves at least one failure, so `failures = 0` afterwards says that this one
 * passed.
 */
const decide = (verdict: string) =>
  statement(`
  UPDATE users SET
    attempt = :attempt,
    failures = iif(verdict.passed, 0, users.failures + 1),
    locked_until = iif(verdict.passed OR users.failures + 1 < :failuresBeforeLock, NULL, ${lockEnd("users.failures + 1")}),
    strikes = iif(verdict.passed,
      max(0, ${STRIKES_NOW} - coalesce((SELECT strikes FROM challenges WHERE id = :challengeId), 0)),
      ${STRIKES_NOW} + :weight),
    strikes_at = ${FORGIVEN_UNTIL},
    capped_at = iif(NOT verdict.passed AND ${STRIKES_NOW} + :weight >= :strikeCap, :now, NULL)
  FROM (${verdict}) AS verdict
  WHERE users.id = :userId AND ${SAME_EPOCH} AND ${UNLOCKED} AND NOT users.must_rebind
    AND ${LIVE_APP}
    AND ${LIVE_PROVER}
    AND NOT EXISTS (SELECT 1 FROM challenges c WHERE c.id = :challengeId AND ${CHALLENGE_IS_OVER})
  RETURNING failures, iif(capped_at IS NULL, locked_until, NULL) AS lockedUntil,
    (SELECT attempts FROM challenges WHERE id = :challengeId) AS earlierAttempts`);

const DECIDE = { totp: decide(TOTP_PASSES), backup_code: decide(BACKUP_CODE_PASSES) };

/** Every matched step is spent, also when the attempt did not pass because another one had been. */
const SPEND = {
  totp: statement(`
  UPDATE authenticators SET
    last_step = matched.value, last_used_at = :now, drift = matched.value - ${STEP_NOW}
  FROM json_each(:steps) AS matched
  WHERE authenticators.id = matched.key AND authenticators.last_step < matched.value AND ${CLAIMED}`),
  backup_code: statement(`
  UPDATE backup_codes SET used_at = :now
  WHERE user_id = :userId AND used_at IS NULL AND hash IN (SELECT value FROM json_each(:hashes)) AND ${CLAIMED}`),
};

const ANSWER_CHALLENGE = statement(`
  INSERT INTO challenges (id, user_id, attempts, strikes, spent_at, expires_at, proven_epoch, key_id)
  SELECT :challengeId, id, 1, iif(failures = 0, 0, :weight), iif(failures = 0, :now, NULL), :challengeExpiresAt,
    iif(failures = 0 AND :provesChange, epoch, NULL), iif(:provesChange, :keyId, NULL)
  FROM users WHERE id = :userId AND attempt = :attempt
  ON CONFLICT (id) DO UPDATE SET
    attempts = attempts + 1, strikes = challenges.strikes + excluded.strikes, spent_at = excluded.spent_at,
    proven_epoch = excluded.proven_epoch`);

/**
 * One row for the attempt, and one more if it locked or capped the user. Returns the backup codes
 * that are left.
 */
const RECORD_ATTEMPT = statement(`
  INSERT INTO audit_events (id, app_id, user_id, type, outcome, reason, actor, authenticator_id, ip, user_agent, request_id)
  SELECT next.id, app_id, users.id, :type, iif(failures = 0, 'success', 'failure'), iif(failures = 0, NULL, :reason),
    :actor, :authenticatorId, :ip, :userAgent, :requestId
  FROM users, (SELECT ${NEXT_AUDIT_ID} AS id) AS next WHERE users.id = :userId AND attempt = :attempt
  UNION ALL
  SELECT next.id + 1, app_id, users.id, iif(capped_at IS NULL, 'user.locked', 'user.capped'), 'success', NULL,
    'system', NULL, :ip, :userAgent, :requestId
  FROM users, (SELECT ${NEXT_AUDIT_ID} AS id) AS next
  WHERE users.id = :userId AND attempt = :attempt AND (locked_until IS NOT NULL OR capped_at IS NOT NULL)
  RETURNING (SELECT count(*) FROM backup_codes WHERE user_id = :userId AND used_at IS NULL) AS remaining`);

export interface Attempt {
  user: Pick<User, "id" | "epoch">;
  app: Pick<App, "id" | "epoch" | "settings">;
  method: "totp" | "backup_code";
  /** Matched authenticators and their steps; empty if none. */
  steps: Record<string, number>;
  /** Keyed hashes of a backup code, one for each key of the ring; empty if it is none. */
  hashes: string[];
  /** Codes that were compared. */
  compared: number;
  /** The inner reason, should the attempt fail. */
  reason: string;
  /** Who asks; for a challenge, with the key that minted it. */
  actor: Actor;
  challenge: { id: string; expiresAt: number; provesChange?: boolean } | null;
  /** What else a right code does: statements that hang on `PASSED`. They may set a mark of their own. */
  afterPass?: Sequel | undefined;
}

export interface Outcome {
  passed: boolean;
  failures: number;
  /** Null also for who is capped: that ends with no time. */
  lockedUntil: number | null;
  /** At the same challenge. */
  earlierAttempts: number;
  backupCodesRemaining: number;
  /** Of the statements of `afterPass`. */
  sequel?: D1Result[];
}

/**
 * Charges the attempt and says how it went; null if something no longer held, in which case nothing
 * was changed.
 */
export async function commit(deps: Deps, attempt: Attempt): Promise<Outcome | null> {
  const values = bindings(deps, attempt);
  const d1 = deps.db.$client;
  const statements = [DECIDE[attempt.method](d1, values), SPEND[attempt.method](d1, values)];
  if (attempt.challenge) statements.push(ANSWER_CHALLENGE(d1, values));
  const recorded = statements.push(RECORD_ATTEMPT(d1, values)) - 1;
  if (attempt.afterPass) statements.push(...attempt.afterPass(values));
  const results = await d1.batch<Partial<Decided & { remaining: number }>>(statements);
  const outcome = readOutcome(results[0]?.results[0], results[recorded]?.results[0]?.remaining);
  return outcome && { ...outcome, sequel: results.slice(recorded + 1) };
}

/** What the deciding statement returns. */
interface Decided {
  failures: number;
  lockedUntil: number | null;
  earlierAttempts: number | null;
}

function readOutcome(decided: Partial<Decided> = {}, remaining?: number): Outcome | null {
  const { failures, lockedUntil = null, earlierAttempts } = decided;
  if (failures === undefined || remaining === undefined) return null;
  return {
    passed: failures === 0,
    failures,
    lockedUntil,
    earlierAttempts: earlierAttempts ?? 0,
    backupCodesRemaining: remaining,
  };
}

function bindings(deps: Deps, attempt: Attempt) {
  const { user, app, challenge, actor } = attempt;
  const [authenticatorId = null] = Object.keys(attempt.steps);
  return {
    ...claimBy(deps, actor, { app, user }),
    ...requestValues(deps),
    failuresBeforeLock: app.settings.failuresBeforeLock,
    strikeCap: app.settings.strikeCap,
    steps: JSON.stringify(attempt.steps),
    hashes: JSON.stringify(attempt.hashes),
    weight: Math.max(1, attempt.compared / 3),
    challengeId: challenge?.id ?? null,
    challengeExpiresAt: challenge && keptUntil(challenge),
    provesChange: Number(challenge?.provesChange ?? false),
    type: challenge ? "challenge.answered" : "code.verified",
    actor: actor.name,
    reason: attempt.reason,
    authenticatorId,
  };
}

function keptUntil({ expiresAt, provesChange }: NonNullable<Attempt["challenge"]>): number {
  return expiresAt + (provesChange ? PROOF_LIFE : MINUTE);
}
