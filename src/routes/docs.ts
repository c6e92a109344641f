/**
 * The API reference: the OpenAPI document, and two ways to read it. Their bundles are static assets
 * of this Worker, and nothing is loaded from elsewhere.
 */

import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { createMiddleware } from "hono/factory";
import { html } from "hono/html";
import { Problem } from "../problem";
import { describeProblem } from "../problem-table";
import { DOCUMENTS } from "./compat/documents";
import { whereOn } from "./compat/switch";
import type { AppEnv } from "./context";
import { describeEndUser } from "./end-user";
import { noIcon, htmlDocument } from "./html-document";

const INFO = {
  title: "Stepgate",
  version: "1",
  description:
    "Two-factor authentication (TOTP, RFC 6238) as a service that you own. Errors are RFC 9457 problems: branch on `code`; `type` links to a page about it. " +
    "Bodies are JSON in UTF-8, uncompressed. An empty body is an empty object. `null` for an optional field is the same as leaving it out, unless its type has `null`: then it takes away what is there.",
};

/** The document of all routes that are mounted so far. */
export function openApiDocument(app: OpenAPIHono<AppEnv>) {
  const registry = app.openAPIRegistry;
  registry.definitions.forEach(markOptionalBody);
  const bearer = { type: "http", scheme: "bearer" } as const;
  registry.registerComponent("securitySchemes", "apiKey", {
    ...bearer,
    description:
      "An API key of the app: `sg_…`, within its scopes: `verify`, `enrol`, `users`, `import`.",
  });
  registry.registerComponent("securitySchemes", "adminToken", {
    ...bearer,
    description: "The operator's token: the secret ADMIN_TOKEN.",
  });
  registry.registerComponent("securitySchemes", "accessToken", {
    ...bearer,
    bearerFormat: "JWT",
    description: "An access token of the user API.",
  });
  registry.registerComponent("securitySchemes", "sessionCookie", {
    type: "apiKey",
    in: "cookie",
    name: "__Host-stepgate",
    description: "The session of a browser; plain `stepgate` on a developer's machine.",
  });
  const document = app.getOpenAPI31Document({ openapi: "3.1.0", info: INFO });
  for (const path of Object.values(document.paths ?? {})) describeEndUser(path);
  return document;
}

/** Marks a body as optional if it may be an empty object (`request-body.ts`). */
function markOptionalBody(definition: OpenAPIHono["openAPIRegistry"]["definitions"][number]): void {
  const body = definition.type === "route" ? definition.route.request?.body : undefined;
  const json = body?.content["application/json"];
  const schema = json && "schema" in json && json.schema;
  if (body && schema instanceof z.ZodType) body.required = !schema.safeParse({}).success;
}

/** Both bundles set styles from scripts. Neither may run a script that is not ours. */
const READER_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const readerHeaders = createMiddleware<AppEnv>(async (c, next) => {
  c.header("content-security-policy", READER_POLICY);
  await next();
});

/** The documents to choose from: ours, and those of the published APIs that are answered here. */
function documentsOf(c: Context<AppEnv>) {
  const { compat } = c.var.config.settings;
  const others = DOCUMENTS.filter(({ api }) => compat.has(api));
  return [{ api: "", path: "/openapi.json", title: "Stepgate" }, ...others];
}

/** Links to all documents, if there is more than one. */
function chooser(c: Context<AppEnv>, path: string) {
  const documents = documentsOf(c);
  if (documents.length === 1) return "";
  const links = documents.map(({ api, title }) => {
    const query = api === "" ? "" : `?doc=${api}`;
    return html`<a href="${path}${query}">${title}</a> `;
  });
  return html`<nav>${links}</nav>`;
}

function swaggerUi(c: Context<AppEnv>) {
  return c.html(
    htmlDocument(
      "Stepgate: API",
      html`${noIcon}<link rel="stylesheet" href="/assets/swagger-ui.css" />
        <link rel="stylesheet" href="/assets/docs.css" />`,
      html`${chooser(c, "/docs")}
        <div id="swagger-ui"></div>
        <script src="/assets/swagger-ui-bundle.js"></script>
        <script src="/assets/docs.js"></script>`,
    ),
  );
}

function redoc(c: Context<AppEnv>) {
  const chosen = documentsOf(c).find(({ api }) => api === (c.req.query("doc") ?? ""));
  return c.html(
    htmlDocument(
      "Stepgate: API reference",
      html`${noIcon}<link rel="stylesheet" href="/assets/docs.css" />`,
      html`${chooser(c, "/redoc")} <redoc spec-url="${chosen?.path ?? "/openapi.json"}"></redoc>
        <script src="/assets/redoc.standalone.js"></script>`,
    ),
  );
}

export const docsRoutes = new Hono<AppEnv>()
  .on("GET", ["/docs", "/docs/"], readerHeaders, swaggerUi)
  .on("GET", ["/redoc", "/redoc/"], readerHeaders, redoc)
  .on("GET", ["/swagger", "/swagger/"], whereOn("2"), readerHeaders, swaggerUi)
  .get("/problems/:code", (c) => {
    const problem = describeProblem(c.req.param("code"));
    if (!problem) throw new Problem("not_found", { detail: "No such problem code." });
    const { code, status, title, help } = problem;
    return c.html(
      htmlDocument(
        `Problem: ${code}`,
        "",
        html`<h1><code>${code}</code></h1>
          <p><strong>${status}</strong> ${title}</p>
          <p>${withCode(help)}</p>`,
      ),
    );
  });

for (const { api, path, document } of DOCUMENTS) {
  docsRoutes.get(path, whereOn(api), (c) => c.json(document));
}

/** Renders a text of the table, which marks code with backticks. */
function withCode(text: string) {
  return text.split("`").map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));
}
