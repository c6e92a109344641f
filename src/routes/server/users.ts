import { createRoute, z } from "@hono/zod-openapi";
import { rotateBackupCodes } from "../../core/authenticator/rotate-backup-codes";
import { loadUser } from "../../core/caller/load";
import { deleteUser } from "../../core/change/delete-user";
import { unlockUser } from "../../core/change/unlock";
import { toAnswer } from "../../core/authenticator/status";
import { requireKey } from "../auth";
import { IdempotencyHeaders, idempotentRequest, InstantOrNull, UserId } from "../fields";
import { json, nothing, optionalBody, problems, router } from "../openapi";
import { AuthenticatorStatus } from "./authenticators";
import {
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
      "Whether a second factor is needed: the one word to branch on. Also true when the user is capped, disabled or was reset: then none can be given.",
  }),
  authenticators: z.array(AuthenticatorStatus),
  backupCodes: BackupCodesLeft,
  lockedUntil: InstantOrNull,
  capped: z
    .boolean()
    .openapi({ description: "Refused for good, until an operator resets the user." }),
  rebindingRequired: z
    .boolean()
    .openapi({ description: "Reset by an operator: enrolment needs the `rebindToken`." }),
  disabled: z.boolean(),
});

const Answer = z.object({
  appId: z.string().openapi({
    description: "The key's app. Compare it with yours: to another app your users are unknown.",
  }),
  known: z.boolean().openapi({
    description:
      "False for somebody whom the app has never named, or has deleted: no enrolment was ever begun.",
  }),
  ...UserStatusSchema.shape,
});

const getRoute = createRoute({
  method: "get",
  path: "/users/{userId}",
  tags: ["Users"],
  summary: "See a user's second factor",
  description:
    "After the password: let in only who is `twoFactor: false` in an answer of status 200 with your own `appId`. Whatever else comes back, or nothing, is no log-in.",
  security,
  middleware: [requireKey("verify")] as const,
  request: { params },
  responses: {
    200: json("The user", Answer.openapi("User")),
    ...problems(...KEY_PROBLEMS, "invalid_request"),
  },
});

const rotateRoute = createRoute({
  method: "post",
  path: "/users/{userId}/backup-codes",
  tags: ["Backup codes"],
  summary: "Make new backup codes",
  description: `Ten new ones, shown only here. The old set dies at once, and so do open challenges. ${PROOF_DUTY}`,
  security,
  middleware: [requireKey("enrol")] as const,
  request: { params, headers: IdempotencyHeaders, body: optionalBody(ProofBody) },
  responses: {
    200: json("The new codes", z.object({ backupCodes: z.array(z.string()) })),
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
  tags: ["Users"],
  summary: "Unlock a user",
  description:
    "Ends a lock and sets the failures to 0. It does not end a cap: only an operator's reset does. " +
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
  tags: ["Users"],
  summary: "Delete a user",
  description: `With authenticators, backup codes and open challenges. The audit trail stays. The user has no second factor then, and may begin anew: ${PROOF_DUTY} It stands in a JSON body, never in the URL.`,
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
    const { deps, key } = c.var;
    const caller = { ...key, ...c.req.valid("param") };
    return c.json(toAnswer(await loadUser(deps, caller), deps.now), 200);
  })
  .openapi(rotateRoute, async (c) => {
    const caller = { ...c.var.key, ...c.req.valid("param") };
    const { proof } = c.req.valid("json");
    await limitProof(c, caller.userId, proof);
    const request = await idempotentRequest(c, "POST /v1/users/{userId}/backup-codes");
    const backupCodes = await rotateBackupCodes(c.var.deps, caller, { request, proof });
    return c.json({ backupCodes }, 200);
  })
  .openapi(unlockRoute, async (c) => {
    const { deps, key } = c.var;
    const caller = { ...key, ...c.req.valid("param") };
    const broughtBack = await unlockUser(deps, caller);
    return broughtBack.length > 0 ? c.json({ broughtBack }, 200) : c.body(null, 204);
  })
  .openapi(deleteRoute, async (c) => {
    const { deps, key } = c.var;
    const caller = { ...key, ...c.req.valid("param") };
    const { proof } = c.req.valid("json");
    await limitProof(c, caller.userId, proof);
    await deleteUser(deps, caller, { proof });
    return c.body(null, 204);
  });
