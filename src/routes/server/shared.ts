/** What the routes of the server API share. */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Proof } from "../../core/change/proof";
import type { AppEnv } from "../context";
import { CodeText, line } from "../fields";
import { limitUser } from "../limits";
import { CALL_PROBLEMS, json } from "../openapi";

/** Every problem with a key, and every problem that may come before. */
export const KEY_PROBLEMS = [
  ...CALL_PROBLEMS,
  "unauthorized",
  "invalid_signature",
  "address_not_allowed",
  "insufficient_scope",
] as const;

export const BackupCodesLeft = z
  .object({
    remaining: z.int(),
    warning: z
      .literal("few_left")
      .optional()
      .openapi({ description: "Present with three or fewer left: it is time for new ones." }),
  })
  .openapi("BackupCodesLeft");

export const BackupCodes = z
  .object({
    backupCodes: z.array(z.string()).openapi({ description: "Shown only here." }),
  })
  .openapi("BackupCodes");

export const Resynchronisation = z
  .object({
    authenticatorId: z.string().openapi({ description: "The authenticator that made the codes." }),
  })
  .openapi("Resynchronisation");

/** What the reference says of unlocking, besides that it ends a lock. */
export const UNLOCKS_STEPS =
  "If the service's clock was ahead and has been set back, all codes of some authenticators are refused for a while (`refusedUntil`). " +
  "Unlocking ends that too, and the answer names those authenticators. Codes up to the present ones stay spent. Later codes are good when their time comes, also one that was accepted while the clock was ahead.";

export const Unlocked = json(
  "Done. These authenticators take codes again",
  z
    .object({
      broughtBack: z.array(z.string()).openapi({ description: "Ids of authenticators." }),
    })
    .openapi("Unlocking"),
);

export const security = [{ apiKey: [] }, { signature: [] }];

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
  "The key alone may do this. Your back end has to make sure that the user asks for it, and not somebody who has taken over their session. " +
  "So ask the user for a code of a factor that they have, and send it as `proof`. It is checked in the same transaction.";

/** Limits codes in a proof like any other codes. */
export async function limitProof(
  c: Context<AppEnv>,
  userId: string,
  proof: Proof | undefined,
): Promise<void> {
  if (proof?.code === undefined) return;
  await limitUser(c.env.USER_LIMIT, `${c.var.key.hash}:${userId}`, c.var.deps.now);
}
