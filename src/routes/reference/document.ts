/** The OpenAPI document, made from the routes and completed by what they do not say themselves. */

import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../context";
import { describeEndUser } from "../end-user";
import { problemExamples } from "../problem-schemas";
import { ACCOUNT_EXAMPLES } from "./account-examples";
import { attachExamples } from "./examples";
import { describeHeaders, HEADERS } from "./headers";
import { OPERATOR_EXAMPLES } from "./operator-examples";
import { SERVER_EXAMPLES } from "./server-examples";
import { shareResponses } from "./shared-responses";
import { describeWebhooks } from "./webhooks";

const INFO = {
  title: "Stepgate",
  version: "1",
  description:
    "Two-factor authentication (TOTP, RFC 6238) as a service that you own. Errors are problem details (RFC 9457): branch on `code`. `type` leads to a page about it. " +
    "Bodies are JSON in UTF-8, uncompressed. An empty body is an empty object. `null` for an optional field is the same as leaving it out, unless its type has `null`: then it removes the value.",
  contact: { name: "Whoever runs this service" },
  license: { name: "Apache-2.0", identifier: "Apache-2.0" },
};

const SERVERS = [{ url: "/", description: "The service that this document comes from" }];

const TAGS = [
  { name: "App", description: "The app that an API key belongs to." },
  { name: "Users", description: "The users of your app, and whether they have a second factor." },
  { name: "Authenticators", description: "Adding and removing authenticators of your users." },
  { name: "Verification", description: "Checking a code that your back end was given." },
  { name: "Backup codes", description: "Codes for the day on which the phone is lost." },
  { name: "Challenges", description: "Codes that a browser or an app sends here by itself." },
  { name: "Links", description: "Pages of this service that your users can be sent to." },
  { name: "Accounts: log-in", description: "Registration, log-in and tokens of the user API." },
  { name: "Accounts: second factor", description: "The user's own authenticators." },
  { name: "Accounts: profile", description: "The user's own account, and step-up." },
  { name: "Accounts: sessions", description: "The user's own sessions and trusted devices." },
  {
    name: "Accounts: mail",
    description: "Proving an address, and replacing a forgotten password.",
  },
  { name: "Apps", description: "For the operator: apps and their settings." },
  { name: "API keys", description: "For the operator: the keys of an app." },
  { name: "Events", description: "What happens to the users of your app, as it happens." },
  { name: "Webhooks", description: "For the operator: where the events of an app are sent." },
  { name: "Hook", description: "For the operator: who is asked before a challenge is made." },
  { name: "Operator: users", description: "For the operator: finding and helping users." },
  { name: "Audit", description: "For the operator: what happened, and who did it." },
  { name: "Databases", description: "For the operator: users spread over several databases." },
  { name: "Service", description: "What anybody may ask." },
];

const bearer = { type: "http", scheme: "bearer" } as const;
const SECURITY_SCHEMES = {
  apiKey: {
    ...bearer,
    description:
      "An API key of the app: `sg_…`. Its scopes say what it may do: `verify`, `enrol`, `users`, `import`, `events`.",
  },
  signature: {
    type: "apiKey",
    in: "header",
    name: "Signature",
    description:
      "In place of a key: HTTP Message Signatures (RFC 9421), with HMAC-SHA-256 and a key of the kind `signing`. `Signature-Input` belongs to it.",
  },
  adminToken: { ...bearer, description: "The operator's token: the secret ADMIN_TOKEN." },
  accessToken: {
    ...bearer,
    bearerFormat: "JWT",
    description: "An access token of the user API.",
  },
  sessionCookie: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-stepgate",
    description: "The session of a browser. On a developer's machine it is called `stepgate`.",
  },
} as const;

/** The document of all routes that are mounted so far (OpenAPI 3.1). */
export function openApiDocument(app: OpenAPIHono<AppEnv>) {
  const registry = app.openAPIRegistry;
  registry.definitions.forEach(markOptionalBody);
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    registry.registerComponent("securitySchemes", name, scheme);
  }
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: INFO,
    servers: SERVERS,
    tags: TAGS,
  });
  const examples = { ...SERVER_EXAMPLES, ...ACCOUNT_EXAMPLES, ...OPERATOR_EXAMPLES };
  const responses = {};
  for (const path of Object.values(document.paths ?? {})) {
    describeEndUser(path);
    for (const operation of [path.get, path.post, path.put, path.patch, path.delete]) {
      if (!operation) continue;
      operation.security ??= [];
      describeHeaders(operation);
      attachExamples(operation, examples[operation.operationId ?? ""]);
      shareResponses(operation, responses);
    }
  }
  const { webhooks, schemas } = describeWebhooks();
  const shared = { headers: HEADERS, examples: problemExamples(), responses };
  Object.assign(document.components ?? {}, shared);
  Object.assign(document.components?.schemas ?? {}, schemas);
  Object.assign(document, { webhooks });
  return document;
}

/** Marks a body as optional if it may be an empty object (`request-body.ts`). */
function markOptionalBody(definition: OpenAPIHono["openAPIRegistry"]["definitions"][number]): void {
  const body = definition.type === "route" ? definition.route.request?.body : undefined;
  const json = body?.content["application/json"];
  const schema = json && "schema" in json && json.schema;
  if (body && schema instanceof z.ZodType) body.required = !schema.safeParse({}).success;
}
