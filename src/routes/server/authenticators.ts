import { createRoute, z } from "@hono/zod-openapi";
import { actorOf } from "../../core/actor";
import { confirm } from "../../core/confirm";
import { enrol } from "../../core/enrol";
import { loadKnownUser } from "../../core/load-user";
import { MAX_ACCOUNT_NAME, MAX_DRIFT, MAX_ISSUER } from "../../core/policy";
import { removeAuthenticator } from "../../core/users";
import { requireKey } from "../auth";
import {
  CodeText,
  IdempotencyHeaders,
  idempotentRequest,
  Instant,
  InstantOrNull,
  label,
  line,
  naming,
  totpFields,
  UserId,
} from "../fields";
import { body, BODY_PROBLEMS, json, nothing, problems, router } from "../openapi";
import { KEY_PROBLEMS, security } from "./shared";

const params = z.object({ userId: UserId });
const oneParams = params.extend({ id: line(64).openapi({ example: "auth_mfrggzdfmztwq2lk" }) });

export const AuthenticatorStatus = z.object({
  id: z.string(),
  name: z.string().nullable(),
  status: z.enum(["pending", "active"]),
  createdAt: Instant,
  confirmedAt: InstantOrNull,
  lastUsedAt: InstantOrNull,
  driftSteps: z.int().min(-MAX_DRIFT).max(MAX_DRIFT).openapi({
    description:
      "By how many steps its clock was off at the last success. Codes around there are right, beside those around now.",
  }),
  refusedUntil: Instant.optional().openapi({
    description:
      "Only where the service's clock was ahead and has been set back: every code is refused until then, or until the user is unlocked.",
  }),
});

export const EnrolmentSchema = z.object({
  id: z.string(),
  status: z.literal("pending"),
  secret: z.string().openapi({ description: "Base32, for those who type." }),
  uri: z.string().openapi({ example: "otpauth://totp/Example:ada?issuer=Example&secret=…" }),
  qr: z.object({
    svg: z.string(),
    png: z.string().openapi({ description: "A data URI." }),
  }),
  expiresAt: Instant,
});

const enrolRoute = createRoute({
  method: "post",
  path: "/users/{userId}/authenticators",
  tags: ["Authenticators"],
  summary: "Enrol an authenticator",
  description:
    "Answers a pending authenticator with its secret, URI and QR code, which are shown only here. It counts for nothing until it is confirmed, " +
    "and expires after 15 minutes. The first enrolment makes the user.",
  security,
  middleware: [requireKey("enrol")] as const,
  request: {
    params,
    headers: IdempotencyHeaders,
    body: body(
      z.strictObject({
        accountName: label(MAX_ACCOUNT_NAME).optional().openapi({
          description: "Shown in the authenticator app. Left out: the user id.",
          example: "ada@example.com",
        }),
        issuer: label(MAX_ISSUER)
          .optional()
          .openapi({ description: "Left out: the app's issuer." }),
        name: naming(64)
          .optional()
          .openapi({ description: "The user's name for it.", example: "My phone" }),
        ...totpFields,
        secret: z.string().min(1).max(512).optional().openapi({
          description:
            "Base32, 128 bits or more: imports a secret (scope `import`). A code later than the present one confirms it.",
        }),
        rebindToken: z.string().min(1).max(128).optional().openapi({
          description: "After an operator's reset: the token it answered.",
        }),
      }),
    ),
  },
  responses: {
    201: json("Pending", EnrolmentSchema),
    ...problems(
      ...KEY_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["user_disabled", "rebinding_required", "locked", "too_many_authenticators"] as const),
      ...(["secret_in_use", "conflict", "already_created", "idempotency_mismatch"] as const),
    ),
  },
});

export const CONFIRMATION_PROBLEMS = [
  ...(["invalid_code", "clock_skew", "time_zone", "parameters_ignored"] as const),
  ...(["clock_went_back", "not_found", "already_confirmed", "enrolment_closed"] as const),
  ...(["locked", "conflict"] as const),
] as const;

const confirmRoute = createRoute({
  method: "post",
  path: "/users/{userId}/authenticators/{id}/confirm",
  tags: ["Authenticators"],
  summary: "Confirm an enrolment",
  description:
    "The first right code makes the authenticator active, and is spent by it. With the user's first authenticator come ten backup codes, " +
    "which are shown only here. Five wrong codes end the enrolment; they never lock the user. " +
    "A wrong code is looked at more closely here than anywhere else: `clock_skew`, `time_zone` and `parameters_ignored` say what to do about the phone.",
  security,
  middleware: [requireKey("enrol")] as const,
  request: { params: oneParams, body: body(z.strictObject({ code: CodeText })) },
  responses: {
    200: json(
      "Active",
      z.object({
        id: z.string(),
        status: z.literal("active"),
        backupCodes: z
          .array(z.string())
          .optional()
          .openapi({ description: "With the first one only." }),
      }),
    ),
    ...problems(...KEY_PROBLEMS, ...BODY_PROBLEMS, ...CONFIRMATION_PROBLEMS, "user_disabled"),
  },
});

const removeRoute = createRoute({
  method: "delete",
  path: "/users/{userId}/authenticators/{id}",
  tags: ["Authenticators"],
  summary: "Remove an authenticator",
  description: "With the last active one the backup codes go too: alone they are no factor.",
  security,
  middleware: [requireKey("enrol")] as const,
  request: { params: oneParams },
  responses: {
    204: nothing,
    ...problems(
      ...KEY_PROBLEMS,
      "invalid_request",
      "not_found",
      "conflict",
      "user_disabled",
      "locked",
      "rebinding_required",
    ),
  },
});

export const authenticatorRoutes = router()
  .openapi(enrolRoute, async (c) => {
    const caller = { ...c.var.key, ...c.req.valid("param") };
    const { algorithm, digits, period, ...rest } = c.req.valid("json");
    const input = { ...rest, parameters: { algorithm, digits, period } };
    const request = await idempotentRequest(c, "POST /v1/users/{userId}/authenticators");
    return c.json(await enrol(c.var.deps, caller, { input, request }), 201);
  })
  .openapi(confirmRoute, async (c) => {
    const { userId, id } = c.req.valid("param");
    const { code } = c.req.valid("json");
    const caller = { ...c.var.key, userId };
    return c.json(await confirm(c.var.deps, caller, { authenticatorId: id, code }), 200);
  })
  .openapi(removeRoute, async (c) => {
    const { userId, id } = c.req.valid("param");
    const { deps, key } = c.var;
    const caller = { ...key, userId };
    const user = await loadKnownUser(deps, caller);
    await removeAuthenticator(deps, actorOf(caller), user, id);
    return c.body(null, 204);
  });
