import { createRoute, z } from "@hono/zod-openapi";
import { toProfile } from "../../core/user/account";
import { loadBySession } from "../../core/caller/by-session";
import { changeAccount } from "../../core/account/change-account";
import { changePassword } from "../../core/account/change-password";
import { stepUp, stepUpWithPassword } from "../../core/account/step-up";
import { deleteUser } from "../../core/change/delete-user";
import { clientOf } from "../address";
import { CodeText } from "../fields";
import { limitUser } from "../limits";
import { body, BODY_PROBLEMS, json, nothing, problems, router } from "../openapi";
import { dropCookie, handOver, requireFresh, requireSession } from "../session";
import {
  Email,
  FRESH_PROBLEMS,
  Password,
  MailLanguage,
  PersonName,
  AccountSchema,
  security,
  SESSION_PROBLEMS,
  Tokens,
  UsernameOrNull,
} from "./shared";

const getRoute = createRoute({
  method: "get",
  path: "/me",
  operationId: "getMyAccount",
  tags: ["Accounts: profile"],
  summary: "See one's account",
  description: "The account of the session.",
  security,
  middleware: [requireSession()] as const,
  responses: { 200: json("The account", AccountSchema), ...problems(...SESSION_PROBLEMS) },
});

const patchRoute = createRoute({
  method: "patch",
  path: "/me",
  operationId: "updateMyAccount",
  tags: ["Accounts: profile"],
  summary: "Change one's account",
  description:
    "Whatever you leave out stays as it is. Another e-mail address has to be proven anew (`POST /auth/email/code`). To change the e-mail address or the user name, with which one logs in, the session needs a code given less than five minutes ago, or the password if there is no second factor.",
  security,
  middleware: [requireSession()] as const,
  request: {
    body: body(
      z.strictObject({
        email: Email.optional(),
        username: UsernameOrNull.optional(),
        name: PersonName.nullable().optional(),
        language: MailLanguage.optional(),
      }),
    ),
  },
  responses: {
    200: json("The account as it is now", AccountSchema),
    ...problems(
      ...FRESH_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["email_taken", "username_taken", "locked", "conflict"] as const),
    ),
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/me",
  operationId: "deleteMyAccount",
  tags: ["Accounts: profile"],
  summary: "Delete one's account",
  description:
    "Deletes the account with everything in it. Only the audit trail stays, without anything personal.",
  security,
  middleware: [requireFresh()] as const,
  responses: { 204: nothing, ...problems(...FRESH_PROBLEMS, "locked", "conflict") },
});

const passwordRoute = createRoute({
  method: "post",
  path: "/password",
  operationId: "changeMyPassword",
  tags: ["Accounts: profile"],
  summary: "Change one's password",
  description:
    "Ends all other sessions. This one goes on with new tokens or a new cookie. A user with a second factor needs to have given a code less than five minutes ago.",
  security,
  middleware: [requireSession()] as const,
  request: {
    body: body(z.strictObject({ currentPassword: Password, newPassword: Password })),
  },
  responses: {
    200: json("Changed", Tokens),
    ...problems(
      ...FRESH_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["invalid_credentials", "weak_password", "conflict"] as const),
    ),
  },
});

const stepUpRoute = createRoute({
  method: "post",
  path: "/step-up",
  operationId: "stepUp",
  tags: ["Accounts: profile"],
  summary: "Prove oneself again",
  description:
    "With a code, the session reaches assurance level 2 and is fresh for five minutes. The password does the same for a user without a second factor. Earlier tokens are void afterwards.",
  security,
  middleware: [requireSession({ enrolment: true })] as const,
  request: {
    body: body(
      z
        .strictObject({ code: CodeText.optional(), password: Password.optional() })
        .refine(
          ({ code, password }) => (code === undefined) !== (password === undefined),
          "either code or password",
        ),
    ),
  },
  responses: {
    200: json("Proven", Tokens),
    ...problems(
      ...SESSION_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["invalid_code", "invalid_credentials", "not_enrolled", "locked", "conflict"] as const),
    ),
  },
});

export const profileRoutes = router()
  .openapi(getRoute, async (c) => {
    return c.json(toProfile(await loadBySession(c.var.deps, c.var.session)), 200);
  })
  .openapi(patchRoute, async (c) => {
    const { deps, session } = c.var;
    const changes = c.req.valid("json");
    const fresh = changes.email !== undefined || changes.username !== undefined;
    return c.json(toProfile(await changeAccount(deps, { ...session, fresh }, changes)), 200);
  })
  .openapi(deleteRoute, async (c) => {
    await deleteUser(c.var.deps, c.var.session);
    dropCookie(c);
    return c.body(null, 204);
  })
  .openapi(passwordRoute, async (c) => {
    const input = { ...c.req.valid("json"), client: clientOf(c) };
    return c.json(handOver(c, await changePassword(c.var.deps, c.var.session, input)), 200);
  })
  .openapi(stepUpRoute, async (c) => {
    const { deps, session } = c.var;
    const { code, password = "" } = c.req.valid("json");
    // The limit counts by the mark too. Somebody who knows only the id, which tokens show, uses
    // nothing up.
    await limitUser(c.env.USER_LIMIT, `${session.sessionId}:${session.mark}`, deps.now);
    const credentials =
      code === undefined
        ? await stepUpWithPassword(deps, session, { password, client: clientOf(c) })
        : await stepUp(deps, session, code);
    return c.json(handOver(c, credentials), 200);
  });
