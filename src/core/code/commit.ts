/**
 * The one commit: it spends the attempt, the code and (if there is one) the challenge, and writes
 * the audit rows, in one D1 batch.
 *
 * Its first statement decides. It updates the user's row only if everything still holds. It works
 * out from the rows themselves whether the code is right, wrong or spent, counts accordingly, and
 * marks the row with the attempt's random id. The other statements depend on that mark. A spent
 * code leaves no mark: it is refused, changes nothing and is not charged. Right, wrong and spent
 * codes run the same statements, and the answer is what the batch returned.
 */

import { carryOut, PASSED, passed, type Effect } from "../../db/effect";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import type { Actor } from "../caller/actor";
import { INTO_AUDIT_EVENTS, NEXT_AUDIT_ID, requestValues, type AuditType } from "../audit/event";
import {
  CHALLENGE_IS_OVER,
  claimBy,
  LIVE_APP,
  LIVE_PROVER,
  OF_CHALLENGE,
  SAME_EPOCH,
  STEP_NOW,
  UNLOCKED,
} from "../caller/live";
import { DAY, MAX_DRIFT } from "../policy";
import { noteTrip } from "../trips";
import type { App, User } from "../user/record";
import { readRuling, readSpent, type Decided, type Ruling } from "./ruling";

/**
 * The strikes as they stand now. One is forgiven a day, and a fraction of a day forgives that
 * fraction.
 */
const STRIKES_NOW =
  `max(0, users.strikes - max(0, :now - coalesce(users.strikes_at, :now)) / ${DAY}.0)` as const;

/**
 * The time up to which strikes have been forgiven. It never goes back, so that a clock that goes
 * back and forward again does not forgive the same day twice.
 */
const FORGIVEN_UNTIL = `max(:now, coalesce(users.strikes_at, 0))`;

/**
 * The end of the lock after so many failures (RFC 4226 §7.3): 30 seconds, doubled by every further
 * failure, at most an hour.
 */
export const lockEnd = <Failures extends string>(failures: Failures) =>
  `:now + 1000 * min(3600, 30 << min(${failures} - :failuresBeforeLock, 7))` as const;

/** Condition on a matched authenticator `t`. */
const IS_ACTIVE = `t.user_id = :userId AND t.state = 'active'`;

/**
 * The code passed if at least one authenticator matched, and if for each that matched the `:run`
 * consecutive steps up to the matched one are unspent. It is spent if none of those steps is left
 * for one authenticator that matched, whatever the others say. If only the earlier of two steps is
 * spent, the pair is wrong and is charged: somebody who knows a spent code must not learn the next
 * one free of charge.
 */
const TOTP_VERDICT = `SELECT count(*) > 0
      AND count(*) = total(${IS_ACTIVE} AND t.last_step <= matched.value - :run) AS passed,
    total(${IS_ACTIVE} AND t.last_step >= matched.value) > 0 AS spent
  FROM json_each(:steps) AS matched LEFT JOIN authenticators t ON t.id = matched.key` as const;

/** The code passed if the user has this backup code unused. It is spent if the user has it used. */
const BACKUP_CODE_VERDICT = `SELECT total(used_at IS NULL) > 0 AS passed, total(used_at IS NOT NULL) > 0 AS spent
  FROM backup_codes WHERE user_id = :userId AND hash IN (SELECT value FROM json_each(:hashes))`;

/**
 * No authenticator's drift has changed since a stale read. Drift decides which codes are compared,
 * and is the only such fact that raises no epoch: a right code could otherwise count as wrong.
 */
const SAME_DRIFT = `NOT EXISTS (SELECT 1 FROM json_each(:drifts) AS compared
      JOIN authenticators t ON t.id = compared.key WHERE t.drift <> compared.value)` as const;

/**
 * Everything that was read still holds, and the challenge is not over. Otherwise nothing is
 * decided.
 */
const HOLDS = `users.id = :userId AND ${SAME_EPOCH} AND ${UNLOCKED} AND NOT users.must_rebind
    AND ${LIVE_APP}
    AND ${LIVE_PROVER}
    AND ${SAME_DRIFT}
    AND NOT ${CHALLENGE_IS_OVER}` as const;

const ATTEMPTS_BEFORE = `(SELECT c.attempts FROM challenges c WHERE ${OF_CHALLENGE})` as const;

/**
 * A failed attempt leaves at least one failure, so `failures = 0` afterwards says that this one
 * passed.
 */
const decide = <Sql extends string>(verdict: Sql) =>
  statement(`
  UPDATE users SET
    attempt = :attempt,
    failures = iif(verdict.passed, 0, users.failures + 1),
    locked_until = iif(verdict.passed OR users.failures + 1 < :failuresBeforeLock, NULL, ${lockEnd("users.failures + 1")}),
    strikes = iif(verdict.passed,
      max(0, ${STRIKES_NOW} - coalesce((SELECT c.strikes FROM challenges c WHERE ${OF_CHALLENGE}), 0)),
      ${STRIKES_NOW} + :weight),
    strikes_at = ${FORGIVEN_UNTIL},
    capped_at = iif(NOT verdict.passed AND ${STRIKES_NOW} + :weight >= :strikeCap, :now, NULL)
  FROM (${verdict}) AS verdict
  WHERE ${HOLDS} AND NOT verdict.spent
  RETURNING failures, locked_until AS lockedUntil, capped_at IS NOT NULL AS capped, ${ATTEMPTS_BEFORE} AS attemptsBefore`);

/**
 * Runs after the deciding statement, and finds a row if that one declined only because the code is
 * spent.
 */
const findSpent = <Sql extends string>(verdict: Sql) =>
  statement(`
  SELECT failures, ${ATTEMPTS_BEFORE} AS attemptsBefore FROM users
  WHERE users.attempt IS NOT :attempt AND ${HOLDS} AND (SELECT spent FROM (${verdict}))`);

const DECIDE = { totp: decide(TOTP_VERDICT), backup_code: decide(BACKUP_CODE_VERDICT) };
const FIND_SPENT = { totp: findSpent(TOTP_VERDICT), backup_code: findSpent(BACKUP_CODE_VERDICT) };

/**
 * Spends every matched step, and with it all earlier ones. The recorded drift of a clock never
 * exceeds `MAX_DRIFT`.
 */
const SPEND = {
  totp: statement(`
  UPDATE authenticators SET
    last_step = matched.value, last_used_at = :now,
    drift = max(-${MAX_DRIFT}, min(${MAX_DRIFT}, matched.value - ${STEP_NOW}))
  FROM json_each(:steps) AS matched
  WHERE authenticators.id = matched.key AND authenticators.last_step < matched.value AND ${PASSED}`),
  backup_code: statement(`
  UPDATE backup_codes SET used_at = :now
  WHERE user_id = :userId AND used_at IS NULL AND hash IN (SELECT value FROM json_each(:hashes)) AND ${PASSED}`),
};

const ANSWER_CHALLENGE = statement(`
  INSERT INTO challenges (expires_at, id, user_id, attempts, strikes, spent_at, proven_epoch, key_id)
  SELECT :challengeExpiresAt, :challengeId, id, 1, iif(failures = 0, 0, :weight), iif(failures = 0, :now, NULL),
    iif(failures = 0 AND :provesChange, epoch, NULL), iif(:provesChange, :keyId, NULL)
  FROM users WHERE id = :userId AND attempt = :attempt
  ON CONFLICT (expires_at, id) DO UPDATE SET
    attempts = attempts + 1, strikes = challenges.strikes + excluded.strikes, spent_at = excluded.spent_at,
    proven_epoch = excluded.proven_epoch`);

/**
 * Records one row for the attempt, and one more if it locked or capped the user. Returns how many
 * backup codes are left.
 */
const RECORD_ATTEMPT = statement(`
  ${INTO_AUDIT_EVENTS}
  SELECT next.id, app_id, users.id, :type, iif(failures = 0, 'success', 'failure'), iif(failures = 0, NULL, :reason),
    :actor, :authenticatorId, NULL, :requestId, :ip, :userAgent
  FROM users, (SELECT ${NEXT_AUDIT_ID} AS id) AS next WHERE users.id = :userId AND attempt = :attempt
  UNION ALL
  SELECT next.id + 1, app_id, users.id, iif(capped_at IS NULL, 'user.locked', 'user.capped'), 'success', NULL,
    'system', NULL, NULL, :requestId, :ip, :userAgent
  FROM users, (SELECT ${NEXT_AUDIT_ID} AS id) AS next
  WHERE users.id = :userId AND attempt = :attempt AND (locked_until IS NOT NULL OR capped_at IS NOT NULL)
  RETURNING (SELECT count(*) FROM backup_codes WHERE user_id = :userId AND used_at IS NULL) AS remaining`);

export interface Attempt {
  user: Pick<User, "id" | "epoch">;
  app: Pick<App, "id" | "epoch" | "settings">;
  method: "totp" | "backup_code";
  /** The ids of the matched authenticators, with the matched steps. Empty if none matched. */
  steps: Record<string, number>;
  /**
   * How many codes of consecutive steps were given; the last of them is of the matched step. Two
   * codes resynchronise.
   */
  run: 1 | 2;
  /** After a stale read: the drift of each authenticator that was read. Otherwise empty. */
  drifts: Record<string, number>;
  /**
   * Keyed hashes of a backup code, one for each key of the ring. Empty if the code is no backup
   * code.
   */
  hashes: string[];
  /** How many codes the given one was compared with. */
  compared: number;
  /** The reason that the audit trail gives if the attempt fails. */
  reason: string;
  /** Who asks. For a challenge this includes the key that minted it. */
  actor: Actor;
  challenge: { id: string; expiresAt: number; provesChange?: boolean } | null;
  /** What else a right code does. */
  afterPass?: readonly Effect[] | undefined;
  /**
   * The statements of a change that this code proves. They decide anew, and depend on this attempt
   * having passed.
   */
  change?: ((attempt: string) => D1PreparedStatement[]) | undefined;
}

/**
 * Decides about the attempt and says how. Answers null if something no longer held; then nothing
 * was changed.
 */
export async function commit(deps: Deps, attempt: Attempt): Promise<Ruling | null> {
  const values = bindings(deps, attempt);
  const { method } = attempt;
  const d1 = deps.db.$client;
  const statements = [DECIDE, FIND_SPENT, SPEND].map((by) => by[method](deps, values));
  if (attempt.challenge) statements.push(ANSWER_CHALLENGE(deps, values));
  const recorded = statements.push(RECORD_ATTEMPT(deps, values)) - 1;
  statements.push(...carryOut(deps, passed(values), attempt.afterPass ?? []));
  const change = attempt.change?.(values.attempt) ?? [];
  const changed = statements.push(...change) - change.length;
  const results = await d1.batch<Partial<Decided & { remaining: number }>>(statements);
  noteTrip(deps, results);
  const [decided, spent] = results.map(({ results: [row] }) => row);
  const outcome = readRuling(decided, results[recorded]?.results[0]?.remaining);
  return outcome ? { ...outcome, changed: results.slice(changed) } : readSpent(spent);
}

function bindings(deps: Deps, attempt: Attempt) {
  const { user, app, challenge, actor } = attempt;
  const [authenticatorId = null] = Object.keys(attempt.steps);
  return {
    ...claimBy(deps, actor, { app, user }),
    ...requestValues(deps, app.id),
    failuresBeforeLock: app.settings.failuresBeforeLock,
    strikeCap: app.settings.strikeCap,
    steps: JSON.stringify(attempt.steps),
    run: attempt.run,
    drifts: JSON.stringify(attempt.drifts),
    hashes: JSON.stringify(attempt.hashes),
    weight: Math.max(1, attempt.compared / 3),
    challengeId: challenge?.id ?? null,
    challengeExpiresAt: challenge?.expiresAt ?? null,
    provesChange: Number(challenge?.provesChange ?? false),
    type: typeOf(attempt),
    actor: actor.name,
    reason: attempt.reason,
    authenticatorId,
  };
}

function typeOf({ run, challenge }: Attempt): AuditType {
  if (run === 2) return "authenticator.resynchronised";
  return challenge ? "challenge.answered" : "code.verified";
}
