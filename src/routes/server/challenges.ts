import { createRoute, z } from "@hono/zod-openapi";
import { answerChallenge, openChallenge } from "../../core/challenge/answer";
import { signAssertion } from "../../core/challenge/assertion";
import { createChallenge } from "../../core/challenge/challenges";
import { CHALLENGE_LIFE_SECONDS } from "../../core/policy";
import { requireKey } from "../auth";
import {
  CodeText,
  IdempotencyHeaders,
  idempotentRequest,
  Instant,
  line,
  naming,
  UserId,
} from "../fields";
import { limitUser } from "../limits";
import { body, BODY_PROBLEMS, json, problems, router } from "../openapi";
import { callerAbout } from "../placement";
import { BackupCodesLeft, KEY_PROBLEMS, security } from "./shared";

const { min, max, default: usual } = CHALLENGE_LIFE_SECONDS;
export const Method = z.enum(["totp", "backup_code"]);
/** The fields of a challenge, whether it is answered on a page of the app's or of ours. */
export const challengeFields = {
  userId: UserId,
  purpose: line(128).optional().openapi({
    description:
      "What the user confirms. It comes back in the assertion. With the purpose `factor_change`, the answered challenge can be used once as the `proof` of a change of the user's factors.",
    example: "payment:4711",
  }),
  displayText: naming(140)
    .refine((text) => !/[\u2028\u2029]/.test(text), "one line")
    .optional()
    .openapi({
      description:
        "What a hosted page tells the user in place of `purpose`, in the user's language and on one line. It is not in the assertion. With the purpose `factor_change` it is refused, because then the page says itself what the code is for.",
      example: "Pay €25.00 to Example Shop",
    }),
  ttlSeconds: z
    .int()
    .min(min)
    .max(max)
    .default(usual)
    .openapi({ description: "How long the challenge can be answered." }),
};

const Challenge = z
  .object({
    id: z.string(),
    token: z.string().openapi({ description: "For the browser." }),
    expiresAt: Instant,
    methods: z.array(Method).openapi({ description: "What the user can answer with." }),
  })
  .openapi("Challenge");

const AnsweredChallenge = z
  .object({
    valid: z.literal(true),
    userId: z.string(),
    method: Method,
    assertion: z.string().openapi({ description: "A signed JWT, for the back end." }),
    backupCodes: BackupCodesLeft,
  })
  .openapi("AnsweredChallenge");

const newRoute = createRoute({
  method: "post",
  path: "/challenges",
  operationId: "createChallenge",
  tags: ["Challenges"],
  summary: "Create a challenge",
  description:
    "Give the token to the browser, which answers it with `POST /v1/challenges/verify`. Keep the id, and compare it with `jti` of the assertion.",
  security,
  middleware: [requireKey("verify")] as const,
  request: {
    headers: IdempotencyHeaders,
    body: body(z.strictObject(challengeFields)),
  },
  responses: {
    201: json("The challenge", Challenge),
    ...problems(
      ...KEY_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["not_found", "not_enrolled", "locked", "user_disabled", "rebinding_required"] as const),
      ...(["hook_denied", "hook_failed"] as const),
      ...(["idempotency_mismatch", "conflict"] as const),
    ),
  },
});

const answerRoute = createRoute({
  method: "post",
  path: "/challenges/verify",
  operationId: "answerChallenge",
  tags: ["Challenges"],
  summary: "Answer a challenge",
  description:
    "The browser or the app calls this with the token and the user's code. It needs no API key. The answer has an assertion: a JWT (`typ: assertion+jwt`, ES256, " +
    "good for two minutes) that the back end checks with the keys of `/.well-known/jwks.json`. Its `aud` is the app's id, its `jti` the challenge's id, and its `purpose` that of the challenge. " +
    "If the app has registered origins, the request's `Origin` has to be one of them.",
  request: { body: body(z.strictObject({ token: z.string().min(1).max(4096), code: CodeText })) },
  responses: {
    200: json("The code is right", AnsweredChallenge),
    ...problems(
      ...BODY_PROBLEMS,
      ...([
        "invalid_code",
        "invalid_challenge",
        "method_not_accepted",
        "origin_not_allowed",
        "locked",
        "rate_limited",
      ] as const),
    ),
  },
});

export const challengeRoutes = router()
  .openapi(newRoute, async (c) => {
    const { userId, ...input } = c.req.valid("json");
    const caller = await callerAbout(c, userId);
    const request = await idempotentRequest(c, "POST /v1/challenges");
    return c.json(await createChallenge(c.var.deps, caller, { input, request }), 201);
  })
  .openapi(answerRoute, async (c) => {
    const { token, code } = c.req.valid("json");
    const { deps } = c.var;
    const claims = await openChallenge(deps, "server", token);
    await limitUser(c.env.USER_LIMIT, claims.userId, deps.now);
    const origin = c.req.header("origin") ?? null;
    const answered = await answerChallenge(deps, claims, { code, origin });
    const assertion = await signAssertion(deps, claims, answered.method);
    return c.json({ valid: true as const, userId: claims.externalId, ...answered, assertion }, 200);
  });
