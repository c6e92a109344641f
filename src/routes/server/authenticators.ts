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
  DryRun,
  IdempotencyHeaders,
  idempotentRequest,
  Instant,
  InstantOrNull,
  line,
  UserId,
} from "../fields";
import { body, BODY_PROBLEMS, json, nothing, optionalBody, problems, router } from "../openapi";
import { callerAbout } from "../placement";
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

export const AuthenticatorStatus = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    status: z.enum(["pending", "active"]),
    createdAt: Instant,
    confirmedAt: InstantOrNull,
    lastUsedAt: InstantOrNull,
    driftSteps: z.int().min(-MAX_DRIFT).max(MAX_DRIFT).openapi({
      description:
        "By how many steps its clock was off when a code of it was last accepted. Codes around that step are accepted, as well as codes around the present one.",
    }),
    refusedUntil: Instant.optional().openapi({
      description:
        "Present only if the service's clock was ahead and has been set back. Every code is refused until then, or until the user is unlocked.",
    }),
    secretBits: z.int().openapi({
      description:
        "160 for a secret made here. Fewer than 128 only if it was imported with `allowShort`.",
      example: 160,
    }),
  })
  .openapi("Authenticator");

export const EnrolmentSchema = z
  .object({
    id: z.string(),
    status: z.literal("pending"),
    secret: z.string().openapi({ description: "Base32, for those who type." }),
    uri: z.string().openapi({ example: "otpauth://totp/Example:ada?issuer=Example&secret=…" }),
    qr: z.object({
      svg: z.string(),
      png: z.string().openapi({ description: "A data URI." }),
      modules: z.int().openapi({
        description:
          "How many modules a side has, with its border: at most 125, with error correction M. Show each module with at least three pixels.",
        example: 53,
      }),
    }),
    expiresAt: Instant,
  })
  .openapi("Enrolment");

const ActiveSchema = z
  .object({
    id: z.string(),
    status: z.literal("active"),
    backupCodes: z.array(z.string()).optional().openapi({
      description: "Present with the user's first authenticator. They are shown only here.",
    }),
  })
  .openapi("Confirmation");

const NewAuthenticator = z.union([EnrolmentSchema, ActiveSchema]).openapi("NewAuthenticator");

const enrolRoute = createRoute({
  method: "post",
  path: "/users/{userId}/authenticators",
  operationId: "enrolAuthenticator",
  tags: ["Authenticators"],
  summary: "Enrol an authenticator",
  description:
    "The answer is a pending authenticator with its secret, its URI and its QR code, which are shown only here. It has no effect until it is confirmed, " +
    "and it expires after 15 minutes. The first enrolment also creates the user. " +
    `${PROOF_DUTY} If the app demands a proof and the user has a factor by the time of the confirmation, an enrolment that was begun without a proof cannot be confirmed.\n\n` +
    "With a `secret` (scope `import`, as well as `enrol`), an authenticator that already works with another system moves over. If that is all you send, it is pending like any other, and a code confirms it. " +
    "If you also send `code`, which the user has just typed, it is active at once and the code is spent. If that code is wrong, nothing is made, and it does not count as a failure. " +
    "With `active` it is active without a code. The code of the present step is refused, because it may have been used with the other system; the next one is accepted. `drift` and `lastStep` are what that system knows of the phone. `dryRun` only checks. " +
    "From then on the other system must accept no codes: each of the two systems would take a code once.",
  security,
  middleware: [requireKey("enrol")] as const,
  request: {
    params,
    headers: IdempotencyHeaders,
    body: body(EnrolmentInput),
  },
  responses: {
    200: json("Of a dry run: it could be imported", DryRun),
    201: json("Pending, or active at once", NewAuthenticator),
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
  operationId: "confirmAuthenticator",
  tags: ["Authenticators"],
  summary: "Confirm an enrolment",
  description:
    "The first right code makes the authenticator active, and is spent. The user's first authenticator comes with ten backup codes, " +
    "which are shown only here. Five wrong codes end the enrolment. They never lock the user. " +
    "Here a wrong code is examined more closely than anywhere else: `clock_skew`, `time_zone` and `parameters_ignored` say what is wrong with the phone.",
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
  operationId: "removeAuthenticator",
  tags: ["Authenticators"],
  summary: "Remove an authenticator",
  description: `When the last active authenticator is removed, the backup codes are removed too, because they are not a factor on their own. ${PROOF_DUTY} It goes into a JSON body, never into the URL.`,
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
    const caller = await callerAbout(c, c.req.valid("param").userId);
    const given = c.req.valid("json");
    const { secret, active, code, drift, lastStep, dryRun, backupCodes, name, proof } = given;
    await limitProof(c, caller.userId, proof);
    const request = await idempotentRequest(c, "POST /v1/users/{userId}/authenticators");
    if (secret !== undefined && (active || code !== undefined)) {
      const about = { name, code, drift, lastStep, dryRun, backupCodes, proof };
      const input = { ...readSecret({ ...given, secret }), ...about };
      const imported = await importByKey(c.var.deps, caller, { ...input, request });
      return dryRun ? c.json({ status: "importable" } as const, 200) : c.json(imported, 201);
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
    const caller = await callerAbout(c, userId);
    return c.json(await confirm(c.var.deps, caller, { authenticatorId: id, code }), 200);
  })
  .openapi(removeRoute, async (c) => {
    const { userId, id } = c.req.valid("param");
    const { proof } = c.req.valid("json");
    const caller = await callerAbout(c, userId);
    await limitProof(c, userId, proof);
    await removeAuthenticator(c.var.deps, caller, { authenticatorId: id, proof });
    return c.body(null, 204);
  });
