import { createRoute, z } from "@hono/zod-openapi";
import { verifyCode } from "../../core/verify";
import { MAX_USER_AGENT } from "../address";
import { requireKey } from "../auth";
import { onBehalfOf, readEndUser } from "../end-user";
import { Address, CodeText, line, UserId } from "../fields";
import { limitUser } from "../limits";
import { body, BODY_PROBLEMS, json, problems, router } from "../openapi";
import { BackupCodesLeft, KEY_PROBLEMS, security } from "./shared";

const verify = createRoute({
  method: "post",
  path: "/users/{userId}/verify",
  tags: ["Verification"],
  summary: "Verify a code",
  description:
    "Is this code right? A right one is spent by the asking. A wrong one, or one of a step before the last one spent, " +
    "counts as a failure: five in a row lock the user for 30 seconds, and every further one for twice as long, up to an hour. " +
    "The code that was just accepted, sent again, is refused without being counted.",
  security,
  middleware: [requireKey("verify")] as const,
  request: {
    params: z.object({ userId: UserId }),
    body: body(
      z.strictObject({
        code: CodeText,
        ip: Address.optional().openapi({ description: "As `Stepgate-User-Ip`, and wins." }),
        userAgent: line(MAX_USER_AGENT)
          .optional()
          .openapi({ description: "As `Stepgate-User-Agent`, and wins." }),
      }),
    ),
  },
  responses: {
    200: json(
      "The answer",
      z.union([
        z.object({
          valid: z.literal(true),
          method: z.enum(["totp", "backup_code"]),
          authenticatorId: z.string().optional(),
          backupCodes: BackupCodesLeft,
        }),
        z.object({
          valid: z.literal(false),
          attemptsRemaining: z.int().openapi({ description: "Before the user is locked." }),
        }),
      ]),
    ),
    ...problems(
      ...KEY_PROBLEMS,
      ...BODY_PROBLEMS,
      ...([
        "not_found",
        "not_enrolled",
        "locked",
        "user_disabled",
        "rebinding_required",
        "conflict",
      ] as const),
    ),
  },
});

export const verifyRoutes = router().openapi(verify, async (c) => {
  const { userId } = c.req.valid("param");
  const { code, ip, userAgent } = c.req.valid("json");
  const { deps, key } = c.var;
  await limitUser(c.env.USER_LIMIT, `${key.hash}:${userId}`, deps.now);
  const told = readEndUser(c);
  const endUser = { ip: ip ?? told.ip, userAgent: userAgent ?? told.userAgent };
  const answer = await verifyCode(onBehalfOf(deps, endUser), { ...key, userId }, { code });
  return c.json(answer, 200);
});
