import { createRoute, z } from "@hono/zod-openapi";
import { confirm } from "../../core/authenticator/confirm";
import { enrol } from "../../core/authenticator/enrol";
import { parametersOf, readSecret } from "../../core/authenticator/given-secret";
import { importByKey } from "../../core/authenticator/import";
import { MAX_DRIFT } from "../../core/policy";
import { removeAuthenticator } from "../../core/authenticator/remove";
import { requireKey } from "../auth";
import {
  CodeText,
  IdempotencyHeaders,
  idempotentRequest,
  Instant,
  InstantOrNull,
  line,
  UserId,
} from "../fields";
import { body, BODY_PROBLEMS, json, nothing, optionalBody, problems, router } from "../openapi";
import { EnrolmentInput } from "./enrolment-input";
import {
  KEY_PROBLEMS,
  limitProof,
  PROOF_DUTY,
  PROOF_PROBLEMS,
  ProofBody,
  security,
} from "./shared";

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
  secretBits: z.int().openapi({
    description: "160 of our own; fewer than 128 only of one that was imported with `allowShort`.",
    example: 160,
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
    modules: z.int().openapi({
      description:
        "A side of it, with its border: at most 125, with error correction M. Show it with at least three pixels each.",
      example: 53,
    }),
  }),
  expiresAt: Instant,
});

const ActiveSchema = z.object({
  id: z.string(),
  status: z.literal("active"),
  backupCodes: z
    .array(z.string())
    .optional()
    .openapi({ description: "With the first one only, and only here." }),
});

const enrolRoute = createRoute({
  method: "post",
  path: "/users/{userId}/authenticators",
  tags: ["Authenticators"],
  summary: "Enrol an authenticator",
  description:
    "Answers a pending authenticator with its secret, URI and QR code, which are shown only here. It counts for nothing until it is confirmed, " +
    "and expires after 15 minutes. The first enrolment makes the user. " +
    `${PROOF_DUTY} An enrolment that was begun without a proof cannot be confirmed where the app demands one and the user has a factor by then.\n\n` +
    "With a `secret` of your own (scope `import`, beside `enrol`) a phone that works already moves over. Left at that, it is pending like any other, and a code confirms it. " +
    "With `code`, which the user has just typed, it is active at once, and the code is spent; a wrong one makes nothing, and is no guess. " +
    "With `active` it is active without a code: the code of this moment may have been used where the phone comes from, and is refused; the next one passes. " +
    "Let the other system accept nothing from then on: each of the two takes a code once.",
  security,
  middleware: [requireKey("enrol")] as const,
  request: {
    params,
    headers: IdempotencyHeaders,
    body: body(EnrolmentInput),
  },
  responses: {
    201: json("Pending, or active at once", z.union([EnrolmentSchema, ActiveSchema])),
    ...problems(
      ...KEY_PROBLEMS,
      ...BODY_PROBLEMS,
      ...PROOF_PROBLEMS,
      ...(["user_disabled", "rebinding_required", "locked", "too_many_authenticators"] as const),
      ...(["secret_in_use", "conflict", "already_created", "idempotency_mismatch"] as const),
    ),
  },
});

export const CONFIRMATION_PROBLEMS = [
  ...(["invalid_code", "clock_skew", "time_zone", "parameters_ignored"] as const),
  ...(["not_found", "already_confirmed", "enrolment_closed"] as const),
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
    200: json("Active", ActiveSchema),
    ...problems(
      ...KEY_PROBLEMS,
      ...BODY_PROBLEMS,
      ...CONFIRMATION_PROBLEMS,
      "proof_required",
      "user_disabled",
    ),
  },
});

const removeRoute = createRoute({
  method: "delete",
  path: "/users/{userId}/authenticators/{id}",
  tags: ["Authenticators"],
  summary: "Remove an authenticator",
  description: `With the last active one the backup codes go too: alone they are no factor. ${PROOF_DUTY} It stands in a JSON body, never in the URL.`,
  security,
  middleware: [requireKey("enrol")] as const,
  request: { params: oneParams, body: optionalBody(ProofBody) },
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

export const authenticatorRoutes = router()
  .openapi(enrolRoute, async (c) => {
    const caller = { ...c.var.key, ...c.req.valid("param") };
    const given = c.req.valid("json");
    const { secret, active, code, backupCodes, name, proof } = given;
    await limitProof(c, caller.userId, proof);
    const request = await idempotentRequest(c, "POST /v1/users/{userId}/authenticators");
    if (secret !== undefined && (active || code !== undefined)) {
      const input = { ...readSecret({ ...given, secret }), name, code, backupCodes, proof };
      return c.json(await importByKey(c.var.deps, caller, { ...input, request }), 201);
    }
    const { accountName, issuer, rebindToken } = given;
    const made =
      secret === undefined ? { parameters: parametersOf(given) } : readSecret({ ...given, secret });
    const input = { accountName, issuer, name, rebindToken, proof, ...made };
    return c.json(await enrol(c.var.deps, caller, { ...input, request }), 201);
  })
  .openapi(confirmRoute, async (c) => {
    const { userId, id } = c.req.valid("param");
    const { code } = c.req.valid("json");
    const caller = { ...c.var.key, userId };
    return c.json(await confirm(c.var.deps, caller, { authenticatorId: id, code }), 200);
  })
  .openapi(removeRoute, async (c) => {
    const { userId, id } = c.req.valid("param");
    const { proof } = c.req.valid("json");
    const { deps, key } = c.var;
    const caller = { ...key, userId };
    await limitProof(c, userId, proof);
    await removeAuthenticator(deps, caller, { authenticatorId: id, proof });
    return c.body(null, 204);
  });
