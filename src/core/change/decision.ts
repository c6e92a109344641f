/** What a change decides, as data, and the one UPDATE that is made of it. */

import type { Effect, EffectOf } from "../../db/effect";
import type { NamesIn } from "../../db/statement";
import { LIVE_APP, LIVE_CALLER, type claimBy } from "../caller/live";
import { PROVEN, type ProofValues } from "./proof";

/** The deciding UPDATE of a change, and what depends on it. */
export interface Decision {
  /** The change ends what was minted before it. The session that makes the change survives. */
  raisesEpoch?: boolean;
  /** An app may demand a proof of an active factor for this change. */
  needsProof?: boolean;
  /** Assignments to other columns of the user's row, for example `failures = 0`. */
  set?: string;
  /** Further conditions on the user's row. */
  only?: readonly string[];
  /** The effects of the change. They take the values of the plan. */
  effects?: readonly Pick<EffectOf<never>, "with">[];
}

/** The names of the values that a plan has to give. */
export type NamesOf<D extends Decision> = Exclude<
  | NamesIn<D["only"] extends readonly string[] ? D["only"][number] : "">
  | NamesIn<D["set"] extends string ? D["set"] : "">
  | (D["effects"] extends readonly (infer One)[] ? NameOf<One> : never),
  keyof ReturnType<typeof claimBy> | keyof ProofValues
>;

type NameOf<One> = One extends (values: infer Given) => Effect
  ? Extract<keyof Given, string>
  : never;

/**
 * The deciding UPDATE. That the caller may still speak and that the app is as it was read are
 * conditions here, so that no change can leave them out.
 */
export function decisionText({ raisesEpoch, needsProof, set, only = [] }: Decision): string {
  const assignments = ["attempt = :attempt"];
  if (raisesEpoch) assignments.push("epoch = epoch + 1");
  if (set !== undefined) assignments.push(set);
  const conditions = ["users.id = :userId", LIVE_APP, LIVE_CALLER, ...only];
  if (needsProof) conditions.push(PROVEN);
  const where = conditions.map((one) => `(${one})`).join(" AND ");
  return `UPDATE users SET ${assignments.join(", ")} WHERE ${where} RETURNING id`;
}
