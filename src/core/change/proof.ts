/**
 * Proof of the old factor. Who adds, replaces or ends a user's factor over the server API is their back
 * end, and whether the user themselves is there is its duty; but it may show it here too, and an app may
 * demand it (`requireProof`): else a stolen session there, or a stolen key, would be enough.
 *
 * A code goes through the one gate, and the change hangs on its passing in the same batch. A challenge
 * that was answered for this purpose is used up by the batch of the change.
 */

import { CLAIMED, type Mark } from "../../db/effect";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { Actor } from "../caller/actor";
import { KEY_IS_GOOD } from "../caller/live";
import { PROOF_LIFE } from "../policy";
import { isActive, type UserRecord } from "../user/record";
import { attemptCode, invalidCode, lockOutOf, openSubject, parseCode } from "../code/verify";

/** One of the two. */
export interface Proof {
  code?: string | undefined;
  /** Of one whose purpose is `FACTOR_CHANGE`. */
  challengeId?: string | undefined;
}

/** Whose factors they are. */
export type Holder = Pick<UserRecord, "app" | "user" | "authenticators">;

/**
 * The challenge was answered for a change of this user's factors, a moment ago, nothing has happened to
 * them since, no change was made with it, and the key that asked is good still.
 */
const PROVEN_BY_CHALLENGE = `EXISTS (
    SELECT 1 FROM challenges c JOIN api_keys k ON k.id = c.key_id AND ${KEY_IS_GOOD}
    WHERE c.id = :proofChallengeId AND c.user_id = users.id AND c.proven_epoch = users.epoch
      AND c.spent_at > :now - ${PROOF_LIFE})` as const;

/**
 * A proof of an active factor, if one was given, is right: the code that passed earlier in this batch,
 * or an answered challenge. If none was given, none is needed.
 */
export const PROVEN = `CASE
    WHEN :proofAttempt IS NOT NULL THEN users.attempt = :proofAttempt AND users.failures = 0
    WHEN :proofChallengeId IS NOT NULL THEN ${PROVEN_BY_CHALLENGE}
    ELSE NOT :requireProof OR NOT EXISTS (
      SELECT 1 FROM authenticators t WHERE t.user_id = users.id AND t.state = 'active') END` as const;

/** What `PROVEN` binds. */
export type ProofValues = Record<
  "requireProof" | "proofAttempt" | "proofChallengeId",
  string | number | null
>;

/** No proof, and none needed: of a caller whom other rules bind. */
export const NO_PROOF: ProofValues = {
  requireProof: 0,
  proofAttempt: null,
  proofChallengeId: null,
};

/**
 * A change to a user's factors: its deciding UPDATE checks `PROVEN`, sets its mark, and is the only one
 * of its statements that returns a row.
 */
export interface ProvenChange {
  actor: Actor;
  proof: Proof | undefined;
  /** It ends and adds no factor, as its deciding UPDATE checks: a proof is not demanded. */
  isHarmless: boolean;
  mark: Mark;
  statements: (proof: ProofValues) => D1PreparedStatement[];
}

const USE_CHALLENGE = statement(`
  UPDATE challenges SET proven_epoch = NULL WHERE id = :proofChallengeId AND ${CLAIMED}`);
const STILL_PROVES = statement(`
  SELECT 1 FROM users WHERE users.id = :userId AND ${PROVEN_BY_CHALLENGE}`);

/**
 * Makes the change; false if something no longer held, and nothing was changed or charged.
 *
 * Throws `proof_required`, also for a challenge that proves nothing; `invalid_code` and `locked`, as a
 * verification; `not_enrolled` for a proof where there is no factor; `conflict` if the change was not
 * possible any more when its code passed, which is then spent.
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

/** Sessions and links have rules of their own, and the operator vouches. */
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
