import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { secondsUntil } from "../../core/user/guard";
import { invalidCode } from "../../core/code/lock-out";
import { resynchronise } from "../../core/code/resynchronise";
import { verifyCode } from "../../core/code/verify";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { MAX_USER_AGENT } from "../address";
import { requireKey } from "../auth";
import type { AppEnv } from "../context";
import { Address, CodePair, CodeText, Instant, line, UserId } from "../fields";
import { onBehalfOf, readEndUser, type EndUser } from "../end-user";
import { limitUser } from "../limits";
import { body, BODY_PROBLEMS, json, problemResponse, problems, router } from "../openapi";
import { callerAbout } from "../placement";
import { timed } from "../server-timing";
import { BackupCodesLeft, KEY_PROBLEMS, Resynchronisation, security } from "./shared";

const params = z.object({ userId: UserId });
/** Address and browser of the end user, for the audit trail. */
const sourceFields = {
  ip: Address.optional().openapi({
    description: "Like the header `Stepgate-User-Ip`, which it overrides.",
  }),
  userAgent: line(MAX_USER_AGENT)
    .optional()
    .openapi({ description: "Like the header `Stepgate-User-Agent`, which it overrides." }),
};
/** What is wrong with the user, and not with the call. */
const USER_PROBLEMS = [
  "not_found",
  "not_enrolled",
  "locked",
  "user_disabled",
  "rebinding_required",
] as const;
const ATTEMPT_PROBLEMS = [...USER_PROBLEMS, "conflict"] as const;

/** The 403 of the call, which has more codes with `status=1`. To the type checker it is not there. */
const forbidden: object = {
  403: problemResponse(
    ["address_not_allowed", "insufficient_scope"],
    ["invalid_code", ...USER_PROBLEMS],
  ),
};

const Verification = z
  .union([
    z
      .object({
        valid: z.literal(true),
        method: z.enum(["totp", "backup_code"]),
        authenticatorId: z.string().optional().openapi({
          description: "The authenticator that made the code. Absent for a backup code.",
        }),
        backupCodes: BackupCodesLeft,
      })
      .openapi("AcceptedCode"),
    z
      .object({
        valid: z.literal(false),
        attemptsRemaining: z
          .int()
          .openapi({ description: "How many wrong codes are left before the user is locked." }),
        lockedUntil: Instant.optional().openapi({
          description:
            "Present if this code locked the user. `Retry-After` says for how many seconds.",
        }),
        capped: z.literal(true).optional().openapi({
          description: "Present if this code capped the user. Only an operator's reset ends that.",
        }),
      })
      .openapi("RefusedCode"),
  ])
  .openapi("Verification");

const verify = createRoute({
  method: "post",
  path: "/users/{userId}/verify",
  operationId: "verifyCode",
  tags: ["Verification"],
  summary: "Verify a code",
  description:
    "Answers whether this code is right. A right code is spent by the call, so it is accepted once. A wrong code counts as a failure. Five failures in a row lock the user for 30 seconds, " +
    "and each further one for twice as long, up to an hour. A code that was accepted before is refused, and does not count as a failure.",
  security,
  middleware: [requireKey("verify")] as const,
  request: {
    params,
    query: z.strictObject({
      status: z.literal("1").optional().openapi({
        description:
          "For tools that read nothing but the status. A right code is answered with 204. A wrong code, and a user from whom no code is accepted, are answered with 403 and the problem.",
      }),
    }),
    body: body(z.strictObject({ code: CodeText, ...sourceFields })),
  },
  responses: {
    200: json("The answer", Verification),
    204: { description: "With `status=1`: the code is right, and spent" },
    ...problems(...KEY_PROBLEMS, ...BODY_PROBLEMS, ...ATTEMPT_PROBLEMS),
    ...forbidden,
  },
});

const resync = createRoute({
  method: "post",
  path: "/users/{userId}/resync",
  operationId: "resyncAuthenticator",
  tags: ["Verification"],
  summary: "Resynchronise an authenticator",
  description:
    "For a device whose clock has drifted by more steps than the app's `window` allows since its last code, and by ten steps at most. Send two codes in a row. Both are spent, and from then on " +
    "codes around their step are accepted. Wrong codes count as with a verification. This call is not a verification: it accepts codes that are too old to log anybody in. Ask for another code afterwards.",
  security,
  middleware: [requireKey("verify")] as const,
  request: { params, body: body(z.strictObject({ codes: CodePair, ...sourceFields })) },
  responses: {
    200: json("The authenticator that made the codes", Resynchronisation),
    ...problems(...KEY_PROBLEMS, ...BODY_PROBLEMS, "invalid_code", ...ATTEMPT_PROBLEMS),
  },
});

/** The dependencies with the end user as the caller. What the body says wins over the headers. */
function behalfOf(c: Context<AppEnv>, { ip, userAgent }: EndUser): Deps {
  const told = readEndUser(c);
  return onBehalfOf(c.var.deps, { ip: ip ?? told.ip, userAgent: userAgent ?? told.userAgent });
}

/** Throws the problem as a 403 if the code is wrong, or if no code of this user is accepted. */
async function assertRight(deps: Deps, attempt: ReturnType<typeof verifyCode>): Promise<void> {
  const verification = await attempt.catch((error: unknown) => {
    const isRefusal = error instanceof Problem && USER_PROBLEMS.some((code) => code === error.code);
    throw isRefusal ? error.asForbidden() : error;
  });
  if (verification.valid) return;
  const { attemptsRemaining } = verification;
  throw invalidCode(deps, verification, { attemptsRemaining }).asForbidden();
}

export const verifyRoutes = router()
  .openapi(verify, async (c) => {
    const { userId } = c.req.valid("param");
    const { code, ...endUser } = c.req.valid("json");
    const { deps, key } = c.var;
    await limitUser(c.env.USER_LIMIT, `${key.hash}:${userId}`, deps.now);
    const caller = await callerAbout(c, userId);
    const attempt = timed(c, verifyCode(behalfOf(c, endUser), caller, { code }));
    if (c.req.valid("query").status) {
      await assertRight(deps, attempt);
      return c.body(null, 204);
    }
    const verification = await attempt;
    if (!verification.valid && verification.lockedUntil) {
      c.header("retry-after", String(secondsUntil(verification.lockedUntil, deps.now)));
    }
    return c.json(verification, 200);
  })
  .openapi(resync, async (c) => {
    const { userId } = c.req.valid("param");
    const { codes, ...endUser } = c.req.valid("json");
    const { deps, key } = c.var;
    await limitUser(c.env.USER_LIMIT, `${key.hash}:${userId}`, deps.now);
    const caller = await callerAbout(c, userId);
    const attempt = resynchronise(behalfOf(c, endUser), caller, codes);
    return c.json(await timed(c, attempt), 200);
  });
