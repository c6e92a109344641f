import { createRoute, z } from "@hono/zod-openapi";
import { createChallengeLink, redeemChallengeLink } from "../../core/challenge/links";
import { createEnrolmentLink } from "../../core/enrolment-link/link";
import { ACCOUNT_NAME_BOUNDS } from "../../core/policy";
import { requireKey } from "../auth";
import {
  IdempotencyHeaders,
  idempotentRequest,
  Instant,
  label,
  ReturnTarget,
  UserId,
} from "../fields";
import { body, BODY_PROBLEMS, json, problems, router } from "../openapi";
import { challengeFields, Method } from "./challenges";
import { KEY_PROBLEMS, security } from "./shared";

const Url = z.url().openapi({ description: "Send the user's browser there. Shown only here." });

const enrolmentRoute = createRoute({
  method: "post",
  path: "/enrolment-links",
  tags: ["Links"],
  summary: "Create an enrolment link",
  description:
    "A page of ours that walks the user through setting up an authenticator, in the app's name. The link is good for 15 minutes and for the first browser that opens it, " +
    "which then has 15 minutes to finish; whatever ends open challenges of the user ends it too. A user with an active factor gives a code of it first. The page leads back to `returnUrl` with `result=success` or `result=cancelled`: " +
    "believe `GET /v1/users/{userId}`, not the query.",
  security,
  middleware: [requireKey("enrol")] as const,
  request: {
    headers: IdempotencyHeaders,
    body: body(
      z.strictObject({
        userId: UserId,
        accountName: label(ACCOUNT_NAME_BOUNDS).openapi({
          description: "Shown in the authenticator app.",
          example: "ada@example.com",
        }),
        returnUrl: ReturnTarget.optional(),
      }),
    ),
  },
  responses: {
    201: json("The link", z.object({ id: z.string(), url: Url, expiresAt: Instant })),
    ...problems(
      ...KEY_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["return_url_not_registered", "too_many_authenticators", "locked"] as const),
      ...(["user_disabled", "rebinding_required"] as const),
      ...(["already_created", "idempotency_mismatch", "conflict"] as const),
    ),
  },
});

const challengeRoute = createRoute({
  method: "post",
  path: "/challenge-links",
  tags: ["Links"],
  summary: "Create a challenge link",
  description:
    "A page of ours that asks the user for a code and leads back to `returnUrl` with `result=success` and a one-time `code`, or with `result=cancelled`. " +
    "Redeem the code within two minutes; keep the id, and compare it with the one that comes with the assertion.",
  security,
  middleware: [requireKey("verify")] as const,
  request: {
    headers: IdempotencyHeaders,
    body: body(z.strictObject({ ...challengeFields, returnUrl: ReturnTarget })),
  },
  responses: {
    201: json(
      "The link",
      z.object({ id: z.string(), url: Url, expiresAt: Instant, methods: z.array(Method) }),
    ),
    ...problems(
      ...KEY_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["not_found", "not_enrolled", "locked", "user_disabled", "rebinding_required"] as const),
      ...(["return_url_not_registered", "already_created", "idempotency_mismatch"] as const),
      "conflict",
    ),
  },
});

const redeemRoute = createRoute({
  method: "post",
  path: "/challenge-links/redeem",
  tags: ["Links"],
  summary: "Redeem the code of a challenge link",
  description:
    "Once, within two minutes, with a key of the same app. Compare `id` and `purpose` with what was asked for. The assertion is the one of `POST /v1/challenges/verify`.",
  security,
  middleware: [requireKey("verify")] as const,
  request: {
    body: body(
      z.strictObject({
        code: z
          .string()
          .min(1)
          .max(128)
          .openapi({ description: "The `code` in the query of the return URL." }),
      }),
    ),
  },
  responses: {
    200: json(
      "What was answered",
      z.object({
        id: z.string().openapi({ description: "The id of the challenge." }),
        userId: z.string(),
        method: Method,
        purpose: z.string().nullable(),
        assertion: z.string(),
      }),
    ),
    ...problems(...KEY_PROBLEMS, ...BODY_PROBLEMS, "not_found"),
  },
});

export const linkRoutes = router()
  .openapi(enrolmentRoute, async (c) => {
    const { userId, ...input } = c.req.valid("json");
    const caller = { ...c.var.key, userId };
    const request = await idempotentRequest(c, "POST /v1/enrolment-links");
    return c.json(await createEnrolmentLink(c.var.deps, caller, { input, request }), 201);
  })
  .openapi(challengeRoute, async (c) => {
    const { userId, ...input } = c.req.valid("json");
    const caller = { ...c.var.key, userId };
    const request = await idempotentRequest(c, "POST /v1/challenge-links");
    return c.json(await createChallengeLink(c.var.deps, caller, { input, request }), 201);
  })
  .openapi(redeemRoute, async (c) => {
    const { code } = c.req.valid("json");
    return c.json(await redeemChallengeLink(c.var.deps, c.var.key, code), 200);
  });
