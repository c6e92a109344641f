import { createRoute, z } from "@hono/zod-openapi";
import {
  deleteHook,
  FAILURE_MODES,
  getHook,
  putHook,
  rotateHookSecret,
} from "../../core/hook/hooks";
import { InstantOrNull } from "../fields";
import { body, BODY_PROBLEMS, json, nothing, problems, router } from "../openapi";
import { ADMIN_PROBLEMS, AppId, security } from "./shared";

const FailureMode = z.enum(FAILURE_MODES).openapi({
  description:
    "What a challenge gets if the hook does not answer as documented. `closed`: it is refused. `open`: it is made as if the hook had allowed it. Whoever can keep the hook from answering passes an open one, so it is only for a hook that requires methods or looks on. The first time an open hook denies a challenge, it becomes `closed`.",
});

const Hook = z
  .object({
    url: z.string(),
    failureMode: FailureMode,
    previousSecretExpiresAt: InstantOrNull.openapi({
      description: "Until then questions are signed with the secret before as well.",
    }),
  })
  .openapi("Hook");

const secret = z.string().openapi({ description: "Shown only here.", example: "whsec_…" });
const WithSecret = Hook.extend({ secret }).openapi("HookWithSecret");

const Input = z.strictObject({
  url: z.string().max(2048).openapi({
    description:
      "Where questions are posted to: `https`, a public host name, no port. If this service is on localhost, the URL may be too.",
    example: "https://shop.example.com/stepgate-hook",
  }),
  failureMode: FailureMode.default("closed"),
});

const tags = ["Hook"];
const path = "/apps/{appId}/hook";
const request = { params: z.object({ appId: AppId }) };

const getHookRoute = createRoute({
  method: "get",
  path,
  operationId: "getHook",
  tags,
  summary: "See the hook of an app",
  description: "Without its secret. An app without a hook is 404.",
  security,
  request,
  responses: { 200: json("The hook", Hook), ...problems(...ADMIN_PROBLEMS, "not_found") },
});

const putHookRoute = createRoute({
  method: "put",
  path,
  operationId: "putHook",
  tags,
  summary: "Give an app a hook, or change it",
  description:
    "From now on the URL is asked before each challenge of the app is made, signed by Standard Webhooks (standardwebhooks.com), and has two seconds to answer. The secret is shown only when the hook is made; a hook that is changed keeps its own. Like a change of settings, this ends open challenges.",
  security,
  request: { ...request, body: body(Input) },
  responses: {
    200: json("Changed", Hook),
    201: json("Made", WithSecret),
    ...problems(...ADMIN_PROBLEMS, ...BODY_PROBLEMS, "not_found"),
  },
});

const deleteHookRoute = createRoute({
  method: "delete",
  path,
  operationId: "deleteHook",
  tags,
  summary: "Take the hook of an app away",
  description: "Nobody is asked any more. Challenges that it restricted stay so.",
  security,
  request,
  responses: { 204: nothing, ...problems(...ADMIN_PROBLEMS, "not_found") },
});

const rotateHookSecretRoute = createRoute({
  method: "post",
  path: `${path}/secret`,
  operationId: "rotateHookSecret",
  tags,
  summary: "Replace the secret of a hook",
  description:
    "The new secret is shown only in this answer. For a day questions carry a signature with each of the two.",
  security,
  request,
  responses: { 200: json("Replaced", WithSecret), ...problems(...ADMIN_PROBLEMS, "not_found") },
});

export const hookRoutes = router()
  .openapi(getHookRoute, async (c) => {
    return c.json(await getHook(c.var.deps, c.req.valid("param").appId), 200);
  })
  .openapi(putHookRoute, async (c) => {
    const { appId } = c.req.valid("param");
    const { secret: shown, ...hook } = await putHook(c.var.deps, appId, c.req.valid("json"));
    return shown === undefined ? c.json(hook, 200) : c.json({ ...hook, secret: shown }, 201);
  })
  .openapi(deleteHookRoute, async (c) => {
    await deleteHook(c.var.deps, c.req.valid("param").appId);
    return c.body(null, 204);
  })
  .openapi(rotateHookSecretRoute, async (c) => {
    return c.json(await rotateHookSecret(c.var.deps, c.req.valid("param").appId), 200);
  });
