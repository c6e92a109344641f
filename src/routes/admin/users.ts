import { createRoute, z } from "@hono/zod-openapi";
import { asOperator } from "../../core/caller/actor";
import { changeAccount } from "../../core/account/change-account";
import { findUser, setDisabled, toDetail } from "../../core/operator/operator";
import { ACCOUNT_NAME_BOUNDS, LANGUAGES } from "../../core/policy";
import { register } from "../../core/account/register";
import { listUsers, USER_STATES } from "../../core/operator/user-list";
import { resetUser } from "../../core/operator/rebinding";
import { deleteUser } from "../../core/change/delete-user";
import { unlockUser } from "../../core/change/unlock";
import { Instant, InstantOrNull, label, line } from "../fields";
import { body, BODY_PROBLEMS, json, nothing, problems, router } from "../openapi";
import { Unlocked, UNLOCKS_STEPS } from "../server/shared";
import { UserStatusSchema } from "../server/users";
import { Email, Password, PersonName, AccountSchema, UsernameOrNull } from "../user/shared";
import { NewAccount } from "./new-account";
import {
  ADMIN_PROBLEMS,
  AppId,
  listing,
  ListingQuery,
  OwnUserId,
  Reason,
  security,
} from "./shared";

const params = z.object({
  id: OwnUserId,
});
const reasonBody = body(z.strictObject({ reason: Reason }));
export const ResetInput = z.strictObject({
  reason: Reason,
  accountName: label(ACCOUNT_NAME_BOUNDS).optional().openapi({
    description:
      "The authenticator app shows it if the user enrols at `rebindUrl`. If left out, it is the account's e-mail address, or the app's own id of the user.",
    example: "ada@example.com",
  }),
});

const Identity = z.object({ id: z.string(), appId: z.string(), createdAt: Instant });
const Summary = Identity.extend({
  userId: z.string().openapi({ description: "The app's own id of the user." }),
  email: z.string().nullable(),
  username: z.string().nullable(),
  name: z.string().nullable(),
  twoFactor: z.boolean().openapi({ description: "Whether an authenticator is active." }),
  disabled: z.boolean(),
  capped: z.boolean(),
  lockedUntil: InstantOrNull,
}).openapi("UserSummary");
const Detail = UserStatusSchema.extend(Identity.shape)
  .extend({
    failures: z.int(),
    account: z
      .object({
        email: z.string(),
        username: z.string().nullable(),
        name: z.string().nullable(),
        language: z.enum(LANGUAGES).nullable(),
        emailProven: z.boolean(),
      })
      .nullable()
      .openapi({ description: "The account, if the user belongs to the app `accounts`." }),
  })
  .openapi("UserDetail");

const Reset = z
  .object({ rebindToken: z.string(), rebindUrl: z.url(), expiresAt: Instant })
  .openapi("Reset");

const listUsersRoute = createRoute({
  method: "get",
  path: "/users",
  operationId: "listUsers",
  tags: ["Operator: users"],
  summary: "List and search users",
  description: "Users of all apps or of one, the newest first.",
  security,
  request: {
    query: ListingQuery.extend({
      appId: AppId.optional(),
      query: line(255)
        .optional()
        .openapi({
          description:
            "The beginning of the app's own id of the user, as it is stored, or of their e-mail address or user name, in capitals or not. " +
            "The first thousand of each of the three are found, in alphabetical order. A longer beginning finds the others.",
        }),
      state: z.enum(USER_STATES).optional().openapi({
        description:
          "Users that are locked at this moment, capped, disabled, or reset and not enrolled again since.",
      }),
    }),
  },
  responses: {
    200: json("Newest first", listing("UserList", Summary)),
    ...problems(...ADMIN_PROBLEMS),
  },
});

const createUserRoute = createRoute({
  method: "post",
  path: "/users",
  operationId: "createAccount",
  tags: ["Operator: users"],
  summary: "Make an account",
  description: "Makes an account in the app `accounts`, even if registration is closed.",
  security,
  request: { body: body(NewAccount) },
  responses: {
    201: json("Made", AccountSchema),
    ...problems(
      ...ADMIN_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["weak_password", "email_taken", "username_taken"] as const),
    ),
  },
});

const getUserRoute = createRoute({
  method: "get",
  path: "/users/{id}",
  operationId: "getUserAsOperator",
  tags: ["Operator: users"],
  summary: "See a user",
  description: "A user with their authenticators, locks and failures.",
  security,
  request: { params },
  responses: { 200: json("The user", Detail), ...problems(...ADMIN_PROBLEMS, "not_found") },
});

const patchUserRoute = createRoute({
  method: "patch",
  path: "/users/{id}",
  operationId: "updateUserAsOperator",
  tags: ["Operator: users"],
  summary: "Change, disable or enable a user",
  description:
    "Codes of a disabled user are refused without being looked at, and their sessions end at once. Disabling and enabling both end open challenges. Disabling also ends pending enrolments, enrolment links and an earlier reset. A new password ends all sessions. Whatever you leave out stays as it is.",
  security,
  request: {
    params,
    body: body(
      z.strictObject({
        disabled: z.boolean().optional(),
        email: Email.optional(),
        username: UsernameOrNull.optional(),
        name: PersonName.nullable().optional(),
        password: Password.optional(),
        reason: Reason.optional(),
      }),
    ),
  },
  responses: {
    200: json("The user as it is now", Detail),
    ...problems(
      ...ADMIN_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["not_found", "conflict", "weak_password", "email_taken", "username_taken"] as const),
    ),
  },
});

const deleteUserRoute = createRoute({
  method: "delete",
  path: "/users/{id}",
  operationId: "deleteUserAsOperator",
  tags: ["Operator: users"],
  summary: "Delete a user",
  description:
    "Deletes the user with everything that belongs to them. Only the audit trail stays, without anything personal.",
  security,
  request: { params },
  responses: { 204: nothing, ...problems(...ADMIN_PROBLEMS, "not_found", "conflict") },
});

const resetRoute = createRoute({
  method: "post",
  path: "/users/{id}/reset",
  operationId: "resetUser",
  tags: ["Operator: users"],
  summary: "Reset a user's second factor",
  description:
    "Removes all authenticators and backup codes, and ends a lock or a cap. From then on nothing is accepted until somebody enrols with the one-time `rebindToken`. " +
    "The status stays `twoFactor: true`, so that the password alone lets nobody in. `rebindUrl` leads to a page where the user can enrol instead. Using either ends both. " +
    "Give them only to somebody who has proved who they are.",
  security,
  request: { params, body: body(ResetInput) },
  responses: {
    200: json("Reset", Reset),
    ...problems(...ADMIN_PROBLEMS, ...BODY_PROBLEMS, "not_found", "conflict"),
  },
});

const unlockRoute = createRoute({
  method: "post",
  path: "/users/{id}/unlock",
  operationId: "unlockUserAsOperator",
  tags: ["Operator: users"],
  summary: "Unlock a user",
  description: `Ends a lock. It does not end a cap. ${UNLOCKS_STEPS}`,
  security,
  request: { params, body: reasonBody },
  responses: {
    200: Unlocked,
    204: nothing,
    ...problems(...ADMIN_PROBLEMS, ...BODY_PROBLEMS, "not_found", "locked", "conflict"),
  },
});

export const operatorUserRoutes = router()
  .openapi(listUsersRoute, async (c) =>
    c.json(await listUsers(c.var.deps, c.req.valid("query")), 200),
  )
  .openapi(createUserRoute, async (c) => {
    const { password = "", passwordHash, ...person } = c.req.valid("json");
    const given = passwordHash === undefined ? { password } : { passwordHash };
    return c.json(await register(c.var.deps, { ...person, ...given }, { actor: "admin" }), 201);
  })
  .openapi(getUserRoute, async (c) => {
    const { deps } = c.var;
    return c.json(toDetail(await findUser(deps, c.req.valid("param").id), deps.now), 200);
  })
  .openapi(patchUserRoute, async (c) => {
    const { deps } = c.var;
    const { id } = c.req.valid("param");
    const { disabled, reason, ...changes } = c.req.valid("json");
    const note = reason ?? null;
    const caller = asOperator(id);
    if (Object.keys(changes).length > 0) await changeAccount(deps, caller, { ...changes, note });
    if (disabled !== undefined) await setDisabled(deps, caller, { disabled, note });
    return c.json(toDetail(await findUser(deps, id), deps.now), 200);
  })
  .openapi(deleteUserRoute, async (c) => {
    await deleteUser(c.var.deps, asOperator(c.req.valid("param").id));
    return c.body(null, 204);
  })
  .openapi(resetRoute, async (c) => {
    const { reason: note, accountName } = c.req.valid("json");
    const caller = asOperator(c.req.valid("param").id);
    return c.json(await resetUser(c.var.deps, caller, { note, accountName }), 200);
  })
  .openapi(unlockRoute, async (c) => {
    const caller = asOperator(c.req.valid("param").id);
    const broughtBack = await unlockUser(c.var.deps, caller, { note: c.req.valid("json").reason });
    return broughtBack.length > 0 ? c.json({ broughtBack }, 200) : c.body(null, 204);
  });
