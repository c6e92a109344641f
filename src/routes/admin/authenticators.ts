import { createRoute, z } from "@hono/zod-openapi";
import { readSecret } from "../../core/authenticator/given-secret";
import { asOperator } from "../../core/caller/actor";
import { importAuthenticator } from "../../core/authenticator/import";
import {
  DryRun,
  DryRunFlag,
  ledgerFields,
  naming,
  secretFields,
  SecretText,
  totpFields,
} from "../fields";
import { body, BODY_PROBLEMS, json, problems, router } from "../openapi";
import { ADMIN_PROBLEMS, OwnUserId, security } from "./shared";

const ImportedAuthenticator = z
  .object({ id: z.string(), status: z.literal("active") })
  .openapi("ImportedAuthenticator");

const importRoute = createRoute({
  method: "post",
  path: "/users/{id}/authenticators",
  operationId: "importAuthenticator",
  tags: ["Operator: users"],
  summary: "Import an authenticator",
  description:
    "For an authenticator that already works with another system. It is active at once, without a code. The code of the present step is refused, because it may have " +
    "been used there; the next one is accepted. The user's sessions and open challenges end. No backup codes are made, because they could not be shown to the user. " +
    "`npm run import` calls this for a whole file.",
  security,
  request: {
    params: z.object({
      id: OwnUserId,
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
        ...ledgerFields,
        dryRun: DryRunFlag.default(false),
      }),
    ),
  },
  responses: {
    200: json("Of a dry run: it could be imported", DryRun),
    201: json("Imported", ImportedAuthenticator),
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
  const { name, drift, lastStep, dryRun } = given;
  const input = { ...readSecret(given), name, drift, lastStep, dryRun };
  const imported = await importAuthenticator(
    c.var.deps,
    asOperator(c.req.valid("param").id),
    input,
  );
  return dryRun
    ? c.json({ status: "importable" } as const, 200)
    : c.json({ id: imported.id, status: "active" } as const, 201);
});
