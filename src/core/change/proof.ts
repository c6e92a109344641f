/**
 * Proof of the old factor. Over the server API an app's back end adds, replaces and ends its users'
 * factors. It is the back end's duty to know that the user is there. It may also prove that here,
 * and an app may demand such a proof (`requireProof`). Without it, a stolen session at the back end
 * or a stolen key is enough to change factors.
 *
 * A code goes through the one gate, and the change depends on its passing in the same batch. A
 * challenge that was answered for this purpose is used up in the batch of the change.
 */

import { CLAIMED, type Mark } from "../../db/effect";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { Actor } from "../caller/actor";
import { KEY_IS_GOOD } from "../caller/live";
import { PROOF_LIFE } from "../policy";
import { isActive, type UserRecord } from "../user/record";
import { invalidCode, lockOutOf } from "../code/lock-out";
import { openSubject } from "../code/subject";
import { attemptCode } from "../code/verify";
import { parseCode } from "../code/parse-code";

/** A code or an answered challenge, not both. */
export interface Proof {
  code?: string | undefined;
  /** The id of an answered challenge whose purpose is `FACTOR_CHANGE`. */
  challengeId?: string | undefined;
}

/** The user whose factors are changed. */
export type Holder = Pick<UserRecord, "app" | "user" | "authenticators">;

/**
 * The challenge was answered a moment ago for a change of this user's factors. Since then nothing
 * has ended what was minted before, no change was made with the challenge, and the key that asked
 * for it is still good.
 */
const PROVEN_BY_CHALLENGE = `EXISTS (
    SELECT 1 FROM challenges c JOIN api_keys k ON k.id = c.key_id AND ${KEY_IS_GOOD}
    WHERE c.id = :proofChallengeId AND c.key_id IS NOT NULL AND c.user_id = users.id AND c.proven_epoch = users.epoch
      AND c.spent_at > :now - ${PROOF_LIFE})` as const;

/**
 * The proof of an active factor is right, if one was given: the code passed earlier in this batch,
 * or the challenge was answered. If no proof was given, none is needed.
 */
export const PROVEN = `CASE
    WHEN :proofAttempt IS NOT NULL THEN users.attempt = :proofAttempt AND users.failures = 0
    WHEN :proofChallengeId IS NOT NULL THEN ${PROVEN_BY_CHALLENGE}
    ELSE NOT :requireProof OR NOT EXISTS (
      SELECT 1 FROM authenticators t WHERE t.user_id = users.id AND t.state = 'active') END` as const;

/** The parameters of `PROVEN`. */
export type ProofValues = Record<
  "requireProof" | "proofAttempt" | "proofChallengeId",
  string | number | null
>;

/** The values for no proof and no need of one. They suit callers who are bound by other rules. */
export const NO_PROOF: ProofValues = {
  requireProof: 0,
  proofAttempt: null,
  proofChallengeId: null,
};

/**
 * A change to a user's factors. Its deciding UPDATE checks `PROVEN`, sets its mark, and is the only
 * one of its statements that returns a row.
 */
export interface ProvenChange {
  actor: Actor;
  proof: Proof | undefined;
  /**
   * The change neither ends nor adds a factor, as its deciding UPDATE checks. No proof is demanded.
   */
  isHarmless: boolean;
  mark: Mark;
  statements: (proof: ProofValues) => D1PreparedStatement[];
}

const USE_CHALLENGE = statement(`
  UPDATE challenges SET proven_epoch = NULL
  WHERE id = :proofChallengeId AND key_id IS NOT NULL AND ${CLAIMED}`);
const STILL_PROVES = statement(`
  SELECT 1 FROM users WHERE users.id = :userId AND ${PROVEN_BY_CHALLENGE}`);

/**
 * Makes the change. Answers false if something no longer held; then nothing was changed or charged.
 *
 * Throws `proof_required`, also for a challenge that proves nothing; `invalid_code`, `locked` and
 * whatever else a verification throws; `not_enrolled` for a proof where there is no factor;
 * `conflict` if the change was no longer possible when its code passed, which is then spent.
 */
export async function commitProven(
  deps: Deps,
  loaded: Holder,
  change: ProvenChange,
): Promise<boolean> {
  const { proof } = change;
  const isProtected = loaded.authenticators.some(isActive);
  if (proof && !isProtected) throw new Problem("not_enrolled");
  const requireProof = Number(!change.isHarmless && isProofRequired(loaded, change.actor));
  if (!proof && requireProof && isProtected) throw new Problem("proof_required");
  const values = { ...NO_PROOF, requireProof };
  if (proof?.code !== undefined) return commitByCode(deps, loaded, change, proof.code);
  if (proof?.challengeId !== undefined) {
    return commitByChallenge(deps, change, { ...values, proofChallengeId: proof.challengeId });
  }
  return tookPlace(await deps.db.$client.batch(change.statements(values)));
}

/**
 * Whether the app demands a proof of this actor. Sessions and links have rules of their own, and
 * the operator vouches for the change.
 */
export function isProofRequired(
  { app }: Pick<Holder, "app">,
  { keyId }: Pick<Actor, "keyId">,
): boolean {
  return keyId !== null && app.settings.requireProof;
}

async function commitByCode(
  deps: Deps,
  holder: Holder,
  { actor, statements }: ProvenChange,
  text: string,
): Promise<boolean> {
  const subject = {
    ...(await openSubject(deps, holder)),
    actor,
    challenge: null,
    change: (attempt: string) => statements({ ...NO_PROOF, proofAttempt: attempt }),
  };
  const result = await attemptCode(deps, subject, parseCode(text));
  if (!result) return false;
  if (result.verdict !== "passed") throw invalidCode(deps, lockOutOf(result));
  if (!tookPlace(result.changed ?? [])) throw new Problem("conflict", { retryAfter: 1 });
  return true;
}

async function commitByChallenge(
  deps: Deps,
  { mark, statements }: ProvenChange,
  proof: ProofValues,
): Promise<boolean> {
  const d1 = deps.db.$client;
  const values = { ...mark, ...proof, now: deps.now.getTime() };
  const results = await d1.batch([...statements(proof), USE_CHALLENGE(deps, values)]);
  if (tookPlace(results)) return true;
  const { results: standing } = await STILL_PROVES(deps, values).all();
  if (standing.length > 0) return false;
  throw new Problem("proof_required", {
    detail: "The challenge proves nothing: it was not answered for this, or is used or too old.",
  });
}

function tookPlace(results: D1Result[]): boolean {
  return results.some(({ results: returned }) => returned.length > 0);
}
