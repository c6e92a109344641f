import { createRoute, z } from "@hono/zod-openapi";
import { resetPassword, sendPasswordCode } from "../../core/account/forgotten-password";
import { proveAddress, sendAddressCode } from "../../core/account/prove-email";
import { MAIL_CODE_DIGITS } from "../../core/policy";
import { toProfile } from "../../core/user/account";
import { clientOf } from "../address";
import { body, BODY_PROBLEMS, json, nothing, problems, router } from "../openapi";
import { requireSession } from "../session";
import { AccountSchema, Email, Password, security, SESSION_PROBLEMS } from "./shared";

/** People copy codes with spaces in them. */
export const MailedCode = z
  .string()
  .max(32)
  .transform((typed) => typed.replaceAll(/[\s-]/g, ""))
  .pipe(z.string().regex(new RegExp(`^\\d{${MAIL_CODE_DIGITS}}$`), "a code from a mail"))
  .openapi({
    type: "string",
    maxLength: 32,
    description: `The ${MAIL_CODE_DIGITS} digits from the mail. Spaces do not count.`,
    example: "40261759",
  });

const GOOD_FOR = "It is good once, for a quarter of an hour.";

const sendAddressCodeRoute = createRoute({
  method: "post",
  path: "/email/code",
  operationId: "sendEmailCode",
  tags: ["Accounts: mail"],
  summary: "Have a code sent to one's address",
  description: `Sends a code to the e-mail address of the account, by which the user proves that they read mail there. ${GOOD_FOR}`,
  security,
  middleware: [requireSession()] as const,
  responses: { 204: nothing, ...problems(...SESSION_PROBLEMS, "mail_off") },
});

const proveRoute = createRoute({
  method: "post",
  path: "/email/prove",
  operationId: "proveEmail",
  tags: ["Accounts: mail"],
  summary: "Prove one's address",
  description:
    "With the code from the mail. From then on the user is told by mail what happens to the account, and may replace a forgotten password.",
  security,
  middleware: [requireSession()] as const,
  request: { body: body(z.strictObject({ code: MailedCode })) },
  responses: {
    200: json("The account as it is now", AccountSchema),
    ...problems(
      ...SESSION_PROBLEMS,
      ...BODY_PROBLEMS,
      "mail_off",
      "invalid_mailed_code",
      "conflict",
    ),
  },
});

const forgottenRoute = createRoute({
  method: "post",
  path: "/password/forgotten",
  operationId: "sendPasswordCode",
  tags: ["Accounts: mail"],
  summary: "Have a code sent to replace a forgotten password",
  description: `If the address is the proven one of an account, a code is sent there. The answer is the same if it is not. ${GOOD_FOR}`,
  request: { body: body(z.strictObject({ email: Email })) },
  responses: { 204: nothing, ...problems(...BODY_PROBLEMS, "mail_off") },
});

const resetRoute = createRoute({
  method: "post",
  path: "/password/reset",
  operationId: "resetMyPassword",
  tags: ["Accounts: mail"],
  summary: "Replace a forgotten password",
  description:
    "With the code from the mail. Ends all sessions and the trust in all devices. Nobody is logged in by this call: log in afterwards with `POST /auth/login`, which asks a user with a second factor for it.",
  request: {
    body: body(z.strictObject({ email: Email, code: MailedCode, newPassword: Password })),
  },
  responses: {
    204: nothing,
    ...problems(
      ...BODY_PROBLEMS,
      ...(["mail_off", "invalid_mailed_code", "weak_password"] as const),
      ...(["user_disabled", "conflict"] as const),
    ),
  },
});

export const mailRoutes = router()
  .openapi(sendAddressCodeRoute, async (c) => {
    await sendAddressCode(c.var.deps, c.var.session, clientOf(c));
    return c.body(null, 204);
  })
  .openapi(proveRoute, async (c) => {
    const { code } = c.req.valid("json");
    return c.json(toProfile(await proveAddress(c.var.deps, c.var.session, code)), 200);
  })
  .openapi(forgottenRoute, async (c) => {
    await sendPasswordCode(c.var.deps, c.req.valid("json").email, clientOf(c));
    return c.body(null, 204);
  })
  .openapi(resetRoute, async (c) => {
    await resetPassword(c.var.deps, { ...c.req.valid("json"), client: clientOf(c) });
    return c.body(null, 204);
  });
