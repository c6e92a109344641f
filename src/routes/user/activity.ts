import { createRoute, z } from "@hono/zod-openapi";
import { secureAccount } from "../../core/account/change-password";
import { OUTCOMES } from "../../core/audit/event";
import {
  ACTIVITY_TYPES,
  DOERS,
  listActivity,
  SIGN_IN_METHODS,
} from "../../core/audit/own-activity";
import { clientOf } from "../address";
import { listing, ListingQuery } from "../admin/shared";
import { Instant } from "../fields";
import { body, BODY_PROBLEMS, json, problems, router } from "../openapi";
import { handOverLogin, requireSession } from "../session";
import { FRESH_PROBLEMS, Password, security, SESSION_PROBLEMS, Tokens } from "./shared";

const FOR_FRESH = "Null as well unless the session is fresh or there is no second factor.";

const Activity = z
  .object({
    id: z.int().openapi({ description: "Newer events have higher ids." }),
    at: Instant,
    type: z.enum(ACTIVITY_TYPES).openapi({
      description:
        "`sign_in.password` without a failure: the right password was given, and no right code after it.",
    }),
    outcome: z.enum(OUTCOMES),
    by: z.enum(DOERS).openapi({
      description:
        "`user` is whoever acted as the user, `app` an app's back end, `operator` somebody who runs the service.",
    }),
    method: z
      .enum(SIGN_IN_METHODS)
      .nullable()
      .openapi({ description: `How somebody signed in. ${FOR_FRESH}` }),
    authenticator: z
      .object({ id: z.string(), name: z.string().nullable() })
      .nullable()
      .openapi({ description: `Without a name if it was removed since. ${FOR_FRESH}` }),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
  })
  .openapi("Activity");

const activityRoute = createRoute({
  method: "get",
  path: "/activity",
  operationId: "listMyActivity",
  tags: ["Accounts: sessions"],
  summary: "See what happened in one's account",
  description: "The last 90 days, the newest first, in pages. Failed attempts are among them.",
  security,
  middleware: [requireSession()] as const,
  request: { query: ListingQuery },
  responses: {
    200: json("Newest first", listing("ActivityList", Activity)),
    ...problems(...SESSION_PROBLEMS, "invalid_request", "archive_unavailable"),
  },
});

const Secured = Tokens.extend({
  backupCodes: z.array(z.string()).optional().openapi({
    description: "Present if the user has a second factor. They are shown only here.",
  }),
}).openapi("SecuredAccount");

const secureRoute = createRoute({
  method: "post",
  path: "/secure",
  operationId: "secureMyAccount",
  tags: ["Accounts: profile"],
  summary: "Lock out somebody else",
  description:
    "For a user who sees in their activity what they have not done. In one step it sets a new password, ends all other sessions, the trust in all devices and open log-ins, makes all browsers unknown, and replaces the backup codes. This session goes on with new tokens or a new cookie. It takes the same proofs as a change of password: the current password, and from a user with a second factor a code given less than five minutes ago.",
  security,
  middleware: [requireSession()] as const,
  request: {
    body: body(z.strictObject({ currentPassword: Password, newPassword: Password })),
  },
  responses: {
    200: json("Secured", Secured),
    ...problems(
      ...FRESH_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["invalid_credentials", "weak_password", "conflict"] as const),
    ),
  },
});

export const activityRoutes = router()
  .openapi(activityRoute, async (c) => {
    const { deps, config, session } = c.var;
    return c.json(await listActivity(deps, config.archive, session, c.req.valid("query")), 200);
  })
  .openapi(secureRoute, async (c) => {
    const { deps, session } = c.var;
    const input = { ...c.req.valid("json"), client: clientOf(c) };
    const { backupCodes, ...secured } = await secureAccount(deps, session, input);
    const tokens = await handOverLogin(c, secured);
    return c.json({ ...tokens, ...(backupCodes && { backupCodes }) }, 200);
  });
