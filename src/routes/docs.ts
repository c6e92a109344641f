/**
 * The API reference: the OpenAPI document, and two ways to read it. Their bundles are static assets
 * of this Worker, and nothing is loaded from elsewhere.
 */

import { Hono, type Context } from "hono";
import { createMiddleware } from "hono/factory";
import { html } from "hono/html";
import { describeProblem, Problem } from "../problem";
import { DOCUMENTS } from "./compat/documents";
import { whereOn } from "./compat/switch";
import type { AppEnv } from "./context";
import { noIcon, htmlDocument } from "./html-document";

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
  const others = DOCUMENTS.filter(({ api }) => compat.has(api)).map(({ document, ...one }) => {
    return { ...one, title: document.info.title };
  });
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
  .on("GET", ["/swagger", "/swagger/"], whereOn("django-react"), readerHeaders, swaggerUi)
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
