import { createRoute, z } from "@hono/zod-openapi";
import { createChallengeLink, redeemChallengeLink } from "../../core/challenge/links";
import { createEnrolmentLink } from "../../core/enrolment-link/link";
import { ACCOUNT_NAME_BOUNDS } from "../../core/policy";
import { requireKey } from "../auth";
import { IdempotencyHeaders, idempotentRequest, Instant, label, UserId } from "../fields";
import { ReturnTarget } from "../url-fields";
import { body, BODY_PROBLEMS, json, problems, router } from "../openapi";
import { callerAbout } from "../placement";
import { challengeFields, Method } from "./challenges";
import { KEY_PROBLEMS, security } from "./shared";

const Url = z.url().openapi({ description: "Send the user's browser there. Shown only here." });

const EnrolmentLink = z
  .object({ id: z.string(), url: Url, expiresAt: Instant })
  .openapi("EnrolmentLink");

const ChallengeLink = z
  .object({ id: z.string(), url: Url, expiresAt: Instant, methods: z.array(Method) })
  .openapi("ChallengeLink");

const Redemption = z
  .object({
    id: z.string().openapi({ description: "The id of the challenge." }),
    userId: z.string(),
    method: Method,
    purpose: z.string().nullable(),
    assertion: z.string().openapi({ description: "A signed JWT." }),
  })
  .openapi("Redemption");

const enrolmentRoute = createRoute({
  method: "post",
  path: "/enrolment-links",
  operationId: "createEnrolmentLink",
  tags: ["Links"],
  summary: "Create an enrolment link",
  description:
    "The link leads to a page of this service where the user sets up an authenticator, in the app's name. It is good for 15 minutes and for the first browser that opens it, " +
    "which then has 15 minutes to finish. Whatever ends the user's open challenges ends it too. A user with an active factor gives a code of it first. " +
    "The page leads back to `returnUrl` with `result=success` or `result=cancelled`. Do not rely on this query: ask `GET /v1/users/{userId}`.",
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
    201: json("The link", EnrolmentLink),
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
  operationId: "createChallengeLink",
  tags: ["Links"],
  summary: "Create a challenge link",
  description:
    "The link leads to a page of this service that asks the user for a code. It leads back to `returnUrl` with `result=success` and a one-time `code`, or with `result=cancelled`. " +
    "Redeem the code within two minutes. Keep the id, and compare it with the one that you get then.",
  security,
  middleware: [requireKey("verify")] as const,
  request: {
    headers: IdempotencyHeaders,
    body: body(z.strictObject({ ...challengeFields, returnUrl: ReturnTarget })),
  },
  responses: {
    201: json("The link", ChallengeLink),
    ...problems(
      ...KEY_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["not_found", "not_enrolled", "locked", "user_disabled", "rebinding_required"] as const),
      ...(["return_url_not_registered", "already_created", "idempotency_mismatch"] as const),
      ...(["hook_denied", "hook_failed", "conflict"] as const),
    ),
  },
});

const redeemRoute = createRoute({
  method: "post",
  path: "/challenge-links/redeem",
  operationId: "redeemChallengeLink",
  tags: ["Links"],
  summary: "Redeem the code of a challenge link",
  description:
    "A code can be redeemed once, within two minutes, with a key of the same app. Compare `id` and `purpose` with what you asked for. The assertion is like the one of `POST /v1/challenges/verify`.",
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
    200: json("What the user has proved", Redemption),
    ...problems(...KEY_PROBLEMS, ...BODY_PROBLEMS, "not_found"),
  },
});

export const linkRoutes = router()
  .openapi(enrolmentRoute, async (c) => {
    const { userId, ...input } = c.req.valid("json");
    const caller = await callerAbout(c, userId);
    const request = await idempotentRequest(c, "POST /v1/enrolment-links");
    return c.json(await createEnrolmentLink(c.var.deps, caller, { input, request }), 201);
  })
  .openapi(challengeRoute, async (c) => {
    const { userId, ...input } = c.req.valid("json");
    const caller = await callerAbout(c, userId);
    const request = await idempotentRequest(c, "POST /v1/challenge-links");
    return c.json(await createChallengeLink(c.var.deps, caller, { input, request }), 201);
  })
  .openapi(redeemRoute, async (c) => {
    const { code } = c.req.valid("json");
    return c.json(await redeemChallengeLink(c.var.deps, c.var.key, code), 200);
  });
