/** The logo of an app: set by the operator, and fetched by anybody's browser. */

import { createRoute, z } from "@hono/zod-openapi";
import { deleteLogo, putLogo, readLogo } from "../../core/app/logo";
import { LOGO_BOUNDS } from "../../core/policy";
import { line } from "../fields";
import { BODY_PROBLEMS, json, nothing, problems, router } from "../openapi";
import { mediaTypeOf } from "../request-body";
import { App } from "./apps";
import { ADMIN_PROBLEMS, AppId, security } from "./shared";

const { bytes, pixels, svgBytes } = LOGO_BOUNDS;
const params = z.object({ appId: AppId });
const picture = { schema: z.string().openapi({ format: "binary" }) };
const pictures = { "image/png": picture, "image/svg+xml": picture } as const;

const putRoute = createRoute({
  method: "put",
  path: "/apps/{appId}/logo",
  operationId: "putLogo",
  tags: ["Apps"],
  summary: "Set the logo of an app",
  description:
    `The body is the picture itself, of at most ${bytes} bytes. A PNG has at most ${pixels} × ${pixels} pixels and is not interlaced. Nothing but its pixels is kept. ` +
    `An SVG has at most ${svgBytes} bytes. Shapes, text, gradients, clips, masks and plain filters are kept, and what drawing programs add for themselves is left out. ` +
    "Scripts, style sheets, animations, links, pictures inside it, and a DOCTYPE are refused. The pages of the app show the logo at once. No link and no challenge ends.",
  security,
  request: { params, body: { required: true, content: pictures } },
  responses: {
    200: json("The app as it is now", App),
    ...problems(...ADMIN_PROBLEMS, ...BODY_PROBLEMS, "not_found"),
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/apps/{appId}/logo",
  operationId: "deleteLogo",
  tags: ["Apps"],
  summary: "Remove the logo of an app",
  description: "Does nothing if the app has none.",
  security,
  request: { params },
  responses: { 204: nothing, ...problems(...ADMIN_PROBLEMS, "not_found") },
});

const getRoute = createRoute({
  method: "get",
  path: "/logos/{appId}/{tag}",
  operationId: "getLogo",
  tags: ["Service"],
  summary: "Get a logo",
  description:
    "The path of an app's logo is `brand.logo.path`. Another logo has another path, so that this one may be kept for good. The answer may do nothing in a browser but be shown by pages of this service.",
  request: {
    params: z.object({ appId: AppId, tag: line(64).openapi({ example: "5f0c1d2e3b4a5968" }) }),
  },
  responses: {
    200: { description: "The picture", content: pictures },
    ...problems("invalid_request", "not_found", "rate_limited"),
  },
});

/** What a browser may do with a logo: show it, and keep it. */
const HEADERS = Object.entries({
  "cache-control": "public, max-age=31536000, immutable",
  "content-security-policy": "default-src 'none'; style-src 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
});

export const logoRoutes = router()
  .openapi(putRoute, async (c) => {
    const { appId } = c.req.valid("param");
    const given = { mediaType: mediaTypeOf(c), bytes: new Uint8Array(await c.req.arrayBuffer()) };
    return c.json(await putLogo(c.var.deps, appId, given), 200);
  })
  .openapi(deleteRoute, async (c) => {
    await deleteLogo(c.var.deps, c.req.valid("param").appId);
    return c.body(null, 204);
  });

export const publicLogoRoutes = router().openapi(getRoute, async (c) => {
  const logo = await readLogo(c.var.deps, c.req.valid("param"));
  for (const [name, value] of HEADERS) c.header(name, value);
  return c.body(logo.bytes, 200, { "content-type": logo.mediaType });
});
