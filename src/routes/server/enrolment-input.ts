/** The fields of a request to enrol. */

import { z } from "@hono/zod-openapi";
import { ACCOUNT_NAME_BOUNDS, ISSUER_BOUNDS } from "../../core/policy";
import {
  CodeText,
  DryRunFlag,
  label,
  ledgerFields,
  naming,
  secretFields,
  SecretText,
  totpFields,
} from "../fields";
import { ProofInput } from "./shared";

export const EnrolmentInput = z
  .strictObject({
    accountName: label(ACCOUNT_NAME_BOUNDS)
      .optional()
      .openapi({
        description:
          "The authenticator app shows it. From the user's second authenticator on, its `name` or number is added. If left out, it is the user id, shortened if need be. " +
          "It has at most 288 characters when it is percent-encoded, as in the QR code.",
        example: "ada@example.com",
      }),
    issuer: label(ISSUER_BOUNDS).optional().openapi({
      description:
        "If left out, it is the app's issuer. It has at most 192 characters when it is percent-encoded.",
    }),
    name: naming(64)
      .optional()
      .openapi({ description: "The user's name for the authenticator.", example: "My phone" }),
    ...totpFields,
    secret: SecretText.optional().openapi({
      description:
        "The secret of an authenticator that works already (scope `import`): 128 bits or more, in Base32 unless `encoding` says otherwise.",
    }),
    ...secretFields,
    active: z.boolean().optional().openapi({
      default: false,
      description: "With a `secret`: makes the authenticator active at once, without a code.",
    }),
    ...ledgerFields,
    code: CodeText.optional().openapi({
      description:
        "With a `secret`: the code that the phone shows now. It makes the authenticator active at once.",
    }),
    dryRun: DryRunFlag.optional(),
    backupCodes: z.boolean().optional().openapi({
      default: false,
      description:
        "With `active` or `code`: whether ten backup codes come with it, if it is the user's first.",
    }),
    rebindToken: z.string().min(1).max(128).optional().openapi({
      description: "After an operator's reset: the token from its answer.",
    }),
    proof: ProofInput.optional(),
  })
  .superRefine((given, context) => {
    for (const [name, message] of misplaced(given)) {
      context.addIssue({ code: "custom", path: [name], message });
    }
  });

const NEEDS_SECRET = ["encoding", "allowShort", "active", "code"] as const;
/** A code says by itself how the clock is off, and a dry run could not spend it. */
const NEEDS_ACTIVE = ["drift", "lastStep", "dryRun"] as const;
type Dependent = Partial<
  Record<
    (typeof NEEDS_SECRET)[number] | (typeof NEEDS_ACTIVE)[number] | "secret" | "backupCodes",
    unknown
  >
>;

/** Fields that mean something only beside another field, which is missing. */
function misplaced(given: Dependent): [string, string][] {
  const { secret, active, code, backupCodes } = given;
  const alone = secret === undefined ? NEEDS_SECRET.filter((name) => given[name]) : [];
  const isLost = backupCodes !== undefined && !active && code === undefined;
  const unvouched =
    active && code === undefined ? [] : NEEDS_ACTIVE.filter((name) => given[name] !== undefined);
  return [
    ...unvouched.map((name): [string, string] => [name, "only with `active`, and without `code`"]),
    ...alone.map((name): [string, string] => [name, "only with a `secret`"]),
    ...(isLost ? [["backupCodes", "only with `active` or `code`"] satisfies [string, string]] : []),
  ];
}
