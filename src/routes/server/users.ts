import { createRoute, z } from "@hono/zod-openapi";
import { rotateBackupCodes } from "../../core/authenticator/rotate-backup-codes";
import { loadUser } from "../../core/caller/load";
import { deleteUser } from "../../core/change/delete-user";
import { unlockUser } from "../../core/change/unlock";
import { toAnswer } from "../../core/authenticator/status";
import { requireKey } from "../auth";
import { IdempotencyHeaders, idempotentRequest, InstantOrNull, UserId } from "../fields";
import { json, nothing, optionalBody, problems, router } from "../openapi";
import { callerAbout } from "../placement";
import { AuthenticatorStatus } from "./authenticators";
import {
  BackupCodes,
  BackupCodesLeft,
  KEY_PROBLEMS,
  limitProof,
  PROOF_DUTY,
  PROOF_PROBLEMS,
  ProofBody,
  security,
  Unlocked,
  UNLOCKS_STEPS,
} from "./shared";

const params = z.object({ userId: UserId });

export const UserStatusSchema = z.object({
  userId: z.string(),
  twoFactor: z.boolean().openapi({
    description:
      "Whether a second factor is needed. This is the one field to branch on. It is also true while the user is capped, disabled or reset, when no code is accepted.",
  }),
  authenticators: z.array(AuthenticatorStatus),
  backupCodes: BackupCodesLeft,
  lockedUntil: InstantOrNull,
  capped: z
    .boolean()
    .openapi({ description: "All codes are refused until an operator resets the user." }),
  rebindingRequired: z.boolean().openapi({
    description: "The operator has reset the user. Enrolment needs the `rebindToken`.",
  }),
  disabled: z.boolean(),
});

const Answer = z
  .object({
    appId: z.string().openapi({
      description:
        "The app that the key belongs to. Compare it with your own, because another app does not know your users.",
    }),
    known: z.boolean().openapi({
      description: "False if the app has never enrolled this user, or has deleted them.",
    }),
    ...UserStatusSchema.shape,
  })
  .openapi("User");

const getRoute = createRoute({
  method: "get",
  path: "/users/{userId}",
  operationId: "getUser",
  tags: ["Users"],
  summary: "See a user's second factor",
  description:
    "Ask this after the password. Let the user in without a code only if the status is 200, `appId` is your own, and `twoFactor` is `false`. Any other answer, or none, is not a log-in.",
  security,
  middleware: [requireKey("verify")] as const,
  request: { params },
  responses: {
    200: json("The user", Answer),
    ...problems(...KEY_PROBLEMS, "invalid_request"),
  },
});

const rotateRoute = createRoute({
  method: "post",
  path: "/users/{userId}/backup-codes",
  operationId: "rotateBackupCodes",
  tags: ["Backup codes"],
  summary: "Make new backup codes",
  description: `Makes ten new codes, which are shown only here. The old ones are void at once, and open challenges end. ${PROOF_DUTY}`,
  security,
  middleware: [requireKey("enrol")] as const,
  request: { params, headers: IdempotencyHeaders, body: optionalBody(ProofBody) },
  responses: {
    200: json("The new codes", BackupCodes),
    ...problems(
      ...KEY_PROBLEMS,
      ...PROOF_PROBLEMS,
      ...(["not_found", "user_disabled", "rebinding_required", "conflict"] as const),
      ...([
        "already_created",
        "idempotency_mismatch",
        "request_too_large",
        "request_timeout",
      ] as const),
    ),
  },
});

const unlockRoute = createRoute({
  method: "post",
  path: "/users/{userId}/unlock",
  operationId: "unlockUser",
  tags: ["Users"],
  summary: "Unlock a user",
  description:
    "Ends a lock and sets the count of failures to 0. It does not end a cap, which only an operator's reset ends. " +
    UNLOCKS_STEPS,
  security,
  middleware: [requireKey("users")] as const,
  request: { params },
  responses: {
    200: Unlocked,
    204: nothing,
    ...problems(...KEY_PROBLEMS, "invalid_request", "not_found", "locked", "conflict"),
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/users/{userId}",
  operationId: "deleteUser",
  tags: ["Users"],
  summary: "Delete a user",
  description: `Deletes the user with their authenticators, backup codes and open challenges. The audit trail stays. Afterwards the user has no second factor, and may enrol anew. ${PROOF_DUTY} It goes into a JSON body, never into the URL.`,
  security,
  middleware: [requireKey("users")] as const,
  request: { params, body: optionalBody(ProofBody) },
  responses: {
    204: nothing,
    ...problems(
      ...KEY_PROBLEMS,
      ...PROOF_PROBLEMS,
      "not_found",
      "conflict",
      "user_disabled",
      "rebinding_required",
    ),
  },
});

export const userRoutes = router()
  .openapi(getRoute, async (c) => {
    const caller = await callerAbout(c, c.req.valid("param").userId);
    const { deps } = c.var;
    return c.json(toAnswer(await loadUser(deps, caller), deps.now), 200);
  })
  .openapi(rotateRoute, async (c) => {
    const caller = await callerAbout(c, c.req.valid("param").userId);
    const { proof } = c.req.valid("json");
    await limitProof(c, caller.userId, proof);
    const request = await idempotentRequest(c, "POST /v1/users/{userId}/backup-codes");
    const backupCodes = await rotateBackupCodes(c.var.deps, caller, { request, proof });
    return c.json({ backupCodes }, 200);
  })
  .openapi(unlockRoute, async (c) => {
    const caller = await callerAbout(c, c.req.valid("param").userId);
    const broughtBack = await unlockUser(c.var.deps, caller);
    return broughtBack.length > 0 ? c.json({ broughtBack }, 200) : c.body(null, 204);
  })
  .openapi(deleteRoute, async (c) => {
    const caller = await callerAbout(c, c.req.valid("param").userId);
    const { proof } = c.req.valid("json");
    await limitProof(c, caller.userId, proof);
    await deleteUser(c.var.deps, caller, { proof });
    return c.body(null, 204);
  });
