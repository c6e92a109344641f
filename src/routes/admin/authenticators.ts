import { createRoute, z } from "@hono/zod-openapi";
import { readSecret } from "../../core/authenticator/given-secret";
import { asOperator } from "../../core/caller/actor";
import { importAuthenticator } from "../../core/authenticator/import";
import { line, naming, secretFields, SecretText, totpFields } from "../fields";
import { body, BODY_PROBLEMS, json, problems, router } from "../openapi";
import { ADMIN_PROBLEMS, security } from "./shared";

const importRoute = createRoute({
  method: "post",
  path: "/users/{id}/authenticators",
  tags: ["Operator: users"],
  summary: "Import an authenticator",
  description:
    "For a phone that works already with another system: it is active at once, without a code. The code that the phone shows at this moment may have " +
    "been used there and is refused; the next one passes. The user's sessions and open challenges end. No backup codes are made: they could not be shown. " +
    "`npm run import` calls this for a whole file.",
  security,
  request: {
    params: z.object({
      id: line(64).openapi({ description: "Ours (`usr_…`), as the list shows it." }),
    }),
    body: body(
      z.strictObject({
        secret: SecretText.openapi({
          description: "128 bits or more, in Base32 unless `encoding` says otherwise.",
          example: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        }),
        ...secretFields,
        name: naming(64).optional().openapi({ description: "The user's name for it." }),
        ...totpFields,
        dryRun: z
          .boolean()
          .default(false)
          .openapi({ description: "Checks everything, and writes nothing." }),
      }),
    ),
  },
  responses: {
    200: json("Of a dry run: it would be imported", z.object({ status: z.literal("importable") })),
    201: json("Imported", z.object({ id: z.string(), status: z.literal("active") })),
    ...problems(
      ...ADMIN_PROBLEMS,
      ...BODY_PROBLEMS,
      ...(["not_found", "user_disabled", "rebinding_required", "locked"] as const),
      ...(["too_many_authenticators", "secret_in_use", "conflict"] as const),
    ),
  },
});

export const importRoutes = router().openapi(importRoute, async (c) => {
  const given = c.req.valid("json");
  const { name, dryRun } = given;
  const input = { ...readSecret(given), name, dryRun };
  const imported = await importAuthenticator(
    c.var.deps,
    asOperator(c.req.valid("param").id),
    input,
  );
  return dryRun
    ? c.json({ status: "importable" } as const, 200)
    : c.json({ id: imported.id, status: "active" } as const, 201);
});
