import { createRoute, z } from "@hono/zod-openapi";
import { enrol } from "../../core/authenticator/enrol";
import { loadBySession } from "../../core/caller/by-session";
import { resynchronise } from "../../core/code/resynchronise";
import { rotateBackupCodes } from "../../core/authenticator/rotate-backup-codes";
import { confirmOwn } from "../../core/account/step-up";
import { removeAuthenticator } from "../../core/authenticator/remove";
import { renameAuthenticator } from "../../core/authenticator/rename";
import { toStatus } from "../../core/authenticator/status";
import { DEFAULT_PARAMETERS } from "../../crypto/totp";
import { CodePair, CodeText, IdempotencyHeaders, idempotentRequest, line, naming } from "../fields";
import { limitUser } from "../limits";
import { body, BODY_PROBLEMS, json, nothing, problems, router } from "../openapi";
import {
  AuthenticatorStatus,
  CONFIRMATION_PROBLEMS,
  EnrolmentSchema,
} from "../server/authenticators";
import { BackupCodes, BackupCodesLeft, Resynchronisation } from "../server/shared";
import { handOver, requireFresh, requireSession } from "../session";
import { FRESH_PROBLEMS, security, SESSION_PROBLEMS, Tokens } from "./shared";

const params = z.object({ id: line(64).openapi({ example: "auth_mfrggzdfmztwq2lk" }) });
const Name = naming(64).openapi({ description: "The user's name for it.", example: "My phone" });

const AuthenticatorList = z
  .object({ authenticators: z.array(AuthenticatorStatus) })
  .openapi("AuthenticatorList");

const MyConfirmation = Tokens.extend({
  id: z.string(),
  status: z.literal("active"),
  backupCodes: z.array(z.string()).optional().openapi({
    description: "Present with the first authenticator. They are shown only here.",
  }),
}).openapi("MyConfirmation");

const listRoute = createRoute({
  method: "get",
  path: "/authenticators",
  operationId: "listMyAuthenticators",
  tags: ["Accounts: second factor"],
  summary: "List one's authenticators",
  description: "Active and pending authenticators, the oldest first.",
  security,
  middleware: [requireFresh({ enrolment: true })] as const,
  responses: {
    200: json("Oldest first", AuthenticatorList),
    ...problems(...FRESH_PROBLEMS),
  },
});

const enrolRoute = createRoute({
  method: "post",
  path: "/authenticators",
  operationId: "enrolMyAuthenticator",
  tags: ["Accounts: second factor"],
  summary: "Enrol an authenticator",
  description:
    "The new authenticator has no effect until it is confirmed. Until then the active ones work as before.",
  security,
  middleware: [requireFresh({ enrolment: true })] as const,
  request: {
    headers: IdempotencyHeaders,
    body: body(
      z.strictObject({
        name: Name.optional(),
        rebindToken: z.string().min(1).max(128).optional().openapi({
          description: "After an operator's reset: the token from its answer.",
        }),
      }),
    ),
  },
  responses: {
    201: json("Pending", EnrolmentSchema),
    ...problems(
      ...FRESH_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["locked", "too_many_authenticators", "conflict"] as const),
      ...(["already_created", "idempotency_mismatch"] as const),
    ),
  },
});

const confirmRoute = createRoute({
  method: "post",
  path: "/authenticators/{id}/confirm",
  operationId: "confirmMyAuthenticator",
  tags: ["Accounts: second factor"],
  summary: "Confirm an enrolment",
  description:
    "The first right code makes the authenticator active, raises this session to assurance level 2 with new tokens, and ends all other sessions. The first authenticator comes with backup codes, which are shown only here.",
  security,
  middleware: [requireFresh({ enrolment: true })] as const,
  request: { params, body: body(z.strictObject({ code: CodeText })) },
  responses: {
    200: json("Active", MyConfirmation),
    ...problems(...FRESH_PROBLEMS, ...BODY_PROBLEMS, ...CONFIRMATION_PROBLEMS),
  },
});

const renameRoute = createRoute({
  method: "patch",
  path: "/authenticators/{id}",
  operationId: "renameMyAuthenticator",
  tags: ["Accounts: second factor"],
  summary: "Rename an authenticator",
  description: "The name is for the user alone. Their phone does not see the change.",
  security,
  middleware: [requireFresh()] as const,
  request: { params, body: body(z.strictObject({ name: Name })) },
  responses: {
    200: json("As it is now", AuthenticatorStatus),
    ...problems(...FRESH_PROBLEMS, ...BODY_PROBLEMS, "not_found", "conflict"),
  },
});

const removeRoute = createRoute({
  method: "delete",
  path: "/authenticators/{id}",
  operationId: "removeMyAuthenticator",
  tags: ["Accounts: second factor"],
  summary: "Remove an authenticator",
  description:
    "Ends all other sessions. When the last active authenticator is removed, the backup codes are removed too.",
  security,
  middleware: [requireFresh()] as const,
  request: { params },
  responses: {
    204: nothing,
    ...problems(...FRESH_PROBLEMS, "invalid_request", "not_found", "locked", "conflict"),
  },
});

const resyncRoute = createRoute({
  method: "post",
  path: "/resync",
  operationId: "resyncMyAuthenticator",
  tags: ["Accounts: second factor"],
  summary: "Resynchronise an authenticator",
  description:
    "For a device whose clock has drifted by up to ten steps. Send two codes in a row. Both are spent, and from then on codes around their step are accepted. Wrong codes count as failures. The call proves nothing.",
  security,
  middleware: [requireSession()] as const,
  request: { body: body(z.strictObject({ codes: CodePair })) },
  responses: {
    200: json("The authenticator that made the codes", Resynchronisation),
    ...problems(
      ...SESSION_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["invalid_code", "not_enrolled", "locked", "conflict"] as const),
    ),
  },
});

const countRoute = createRoute({
  method: "get",
  path: "/backup-codes",
  operationId: "countMyBackupCodes",
  tags: ["Accounts: second factor"],
  summary: "Count the backup codes left",
  description: "The codes themselves cannot be shown again.",
  security,
  middleware: [requireFresh()] as const,
  responses: { 200: json("How many", BackupCodesLeft), ...problems(...FRESH_PROBLEMS) },
});

const rotateRoute = createRoute({
  method: "post",
  path: "/backup-codes",
  operationId: "rotateMyBackupCodes",
  tags: ["Accounts: second factor"],
  summary: "Make new backup codes",
  description:
    "The old codes are void at once, and all other sessions end. The new codes are shown only here.",
  security,
  middleware: [requireFresh()] as const,
  request: { headers: IdempotencyHeaders },
  responses: {
    200: json("Ten new codes", BackupCodes),
    ...problems(
      ...FRESH_PROBLEMS,
      ...(["invalid_request", "not_enrolled", "conflict"] as const),
      ...(["already_created", "idempotency_mismatch"] as const),
    ),
  },
});

export const secondFactorRoutes = router()
  .openapi(listRoute, async (c) => {
    const { deps, session } = c.var;
    const { authenticators } = toStatus(await loadBySession(deps, session), deps.now);
    return c.json({ authenticators }, 200);
  })
  .openapi(enrolRoute, async (c) => {
    const input = { ...c.req.valid("json"), parameters: DEFAULT_PARAMETERS };
    const request = await idempotentRequest(c, "POST /auth/authenticators");
    return c.json(await enrol(c.var.deps, c.var.session, { ...input, request }), 201);
  })
  .openapi(confirmRoute, async (c) => {
    const { id: authenticatorId } = c.req.valid("param");
    const input = { authenticatorId, code: c.req.valid("json").code };
    const { credentials, ...confirmation } = await confirmOwn(c.var.deps, c.var.session, input);
    return c.json({ ...confirmation, ...handOver(c, credentials) }, 200);
  })
  .openapi(renameRoute, async (c) => {
    const { deps, session } = c.var;
    const change = { authenticatorId: c.req.valid("param").id, ...c.req.valid("json") };
    return c.json(await renameAuthenticator(deps, session, change), 200);
  })
  .openapi(removeRoute, async (c) => {
    const { id: authenticatorId } = c.req.valid("param");
    await removeAuthenticator(c.var.deps, c.var.session, { authenticatorId });
    return c.body(null, 204);
  })
  .openapi(resyncRoute, async (c) => {
    const { deps, session } = c.var;
    await limitUser(c.env.USER_LIMIT, `${session.sessionId}:${session.mark}`, deps.now);
    return c.json(await resynchronise(deps, session, c.req.valid("json").codes), 200);
  })
  .openapi(countRoute, async (c) => {
    const { deps, session } = c.var;
    return c.json(toStatus(await loadBySession(deps, session), deps.now).backupCodes, 200);
  })
  .openapi(rotateRoute, async (c) => {
    const request = await idempotentRequest(c, "POST /auth/backup-codes");
    const backupCodes = await rotateBackupCodes(c.var.deps, c.var.session, { request });
    return c.json({ backupCodes }, 200);
  });
