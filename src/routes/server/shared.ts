/** What the routes of the server API share. */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Proof } from "../../core/change/proof";
import type { AppEnv } from "../context";
import { CodeText, line } from "../fields";
import { limitUser } from "../limits";
import { CALL_PROBLEMS, json } from "../openapi";

/** Every problem with a key, and every problem that may come before. */
export const KEY_PROBLEMS = [...CALL_PROBLEMS, "unauthorized", "insufficient_scope"] as const;

export const BackupCodesLeft = z.object({
  remaining: z.int(),
  warning: z
    .literal("few_left")
    .optional()
    .openapi({ description: "Present with three or fewer left: it is time for new ones." }),
});

export const UNLOCKS_STEPS =
  "Where the service's clock was ahead and has been set back, it also ends that every code is refused (`refusedUntil` of an authenticator), and names whose: " +
  "codes up to the present ones stay spent, those of later steps are good when their time comes, also one that was accepted while the clock was ahead.";

export const Unlocked = json(
  "Done, and the spent steps of these authenticators are no longer ahead",
  z.object({ broughtBack: z.array(z.string()) }),
);

export const security = [{ apiKey: [] }];

/** Proof of the old factor, from whoever changes a user's factors (`core/change/proof.ts`). */
export const ProofInput = z
  .strictObject({
    code: CodeText.optional().openapi({
      description: "A code that the user has just typed. A wrong one counts as a failure.",
    }),
    challengeId: line(64).optional().openapi({
      description:
        "The id of a challenge with the purpose `factor_change`, which the user answered less than five minutes ago.",
    }),
  })
  .refine(
    ({ code, challengeId }) => (code === undefined) !== (challengeId === undefined),
    "a code, or the id of an answered challenge",
  )
  .openapi("Proof", {
    description:
      "Proves that the user has a factor which is active already. Send either a code or the id of a challenge. A proof is good for one change. It is required if the app has the setting `requireProof`.",
  });

/** The body of calls that need none but for a proof. */
export const ProofBody = z.strictObject({ proof: ProofInput.optional() });

/** The further problems of a change that may be proven. */
export const PROOF_PROBLEMS = [
  "malformed_request",
  "unsupported_media_type",
  "invalid_request",
  "proof_required",
  "invalid_code",
  "not_enrolled",
  "locked",
] as const;

/** What the reference says about proofs. */
export const PROOF_DUTY =
  "Whoever holds the key may do this, so it is your back end's duty to see that the user themselves asks for it, with a factor that they have, " +
  "and not somebody in their session: send that as `proof`, and it is decided in the same transaction.";

/** Limits codes in a proof like any other codes. */
export async function limitProof(
  c: Context<AppEnv>,
  userId: string,
  proof: Proof | undefined,
): Promise<void> {
  if (proof?.code === undefined) return;
  await limitUser(c.env.USER_LIMIT, `${c.var.key.hash}:${userId}`, c.var.deps.now);
}
