import { createRoute, z } from "@hono/zod-openapi";
import { createApp, deleteApp, getApp, listApps, updateApp } from "../../core/app/apps";
import { ACCENT_COLOR } from "../../core/app/accent";
import { ISSUER_BOUNDS, REGIONS, SETTINGS_BOUNDS } from "../../core/policy";
import { IdempotencyHeaders, idempotentRequest, Instant, label, naming } from "../fields";
import { Origin, ReturnUrl, SupportUrl } from "../url-fields";
import { body, BODY_PROBLEMS, json, nothing, problems, router } from "../openapi";
import { ADMIN_PROBLEMS, AppId, listing, ListingQuery, security } from "./shared";

const { window, failuresBeforeLock, strikeCap, minPasswordLength } = SETTINGS_BOUNDS;

export const Settings = z.object({
  window: z.union([z.literal(0), z.literal(1), z.literal(2)]).openapi({
    type: "integer",
    minimum: window.min,
    maximum: window.max,
    description: "How many time steps are accepted on either side of the current one.",
  }),
  failuresBeforeLock: z.int().min(failuresBeforeLock.min).max(failuresBeforeLock.max),
  strikeCap: z.int().min(strikeCap.min).max(strikeCap.max).openapi({
    description:
      "How many failures cap the user, so that only an operator's reset helps. A success does not reset the count. One failure is forgiven a day.",
  }),
  allowedOrigins: z.array(Origin).max(20).openapi({
    description:
      "Origins of pages that may answer challenges. Origins of web views and extensions are accepted, such as `capacitor://localhost`; wildcards are not. If the list is empty, all origins may. In the app `accounts` it lists the origins that may call `/auth`. There an empty list means only the service's own.",
  }),
  returnUrls: z.array(ReturnUrl).max(20).openapi({
    description:
      "Where the hosted pages may lead back to: an origin and a path, without a query. The scheme is `https`, `http` on this machine, or an app's own, as in `com.example.app:/done`.",
  }),
  requireProof: z.boolean().openapi({
    description:
      "Whether a call with a key needs a `proof` of an active factor to add, replace or remove a factor, to make new backup codes, or to delete the user.",
  }),
  registration: z
    .enum(["open", "closed"])
    .openapi({ description: "App `accounts`: whether anybody may make an account." }),
  secondFactor: z.enum(["optional", "required"]).openapi({
    description:
      "App `accounts`: if required, users without a second factor can do nothing but enrol one.",
  }),
  minPasswordLength: z
    .int()
    .min(minPasswordLength.min)
    .max(minPasswordLength.max)
    .optional()
    .openapi({
      description:
        "App `accounts`: the minimum length of a password. If left out, it is 15, or 8 where a second factor is required.",
    }),
  trustedDevices: z.boolean().openapi({
    description:
      "App `accounts`: whether users may trust a device, so that it is asked for no code at log-in.",
  }),
});

const displayName = naming(ISSUER_BOUNDS.length).openapi({
  description:
    "What the hosted pages call the app. If it is not set, they use its name and its issuer.",
  example: "Example",
});
const accentColor = z
  .string()
  .max(7)
  .regex(ACCENT_COLOR, "a colour such as #0b57d0")
  .toLowerCase()
  .openapi({
    description:
      "The colour of buttons and links on the hosted pages. For light and for dark, its lightness is changed until it has a contrast of 4.5:1 with the page, and the text on it has as much.",
    example: "#0b57d0",
  });
const supportUrl = SupportUrl.openapi({
  description: "Where the hosted pages send users for help: an `https` or a `mailto` URL.",
});

const orNull = {
  displayName: displayName.nullable(),
  accentColor: accentColor.nullable(),
  supportUrl: supportUrl.nullable().openapi({ type: ["string", "null"] }),
};
const Brand = z
  .object({
    ...orNull,
    logo: z
      .object({ mediaType: z.enum(["image/png", "image/svg+xml"]), path: z.string() })
      .nullable()
      .openapi({ description: "The path where this service has it. Another logo has another." }),
  })
  .openapi("Brand", {
    description:
      "How an app looks on the pages that its users see: `/enrol` and `/challenge`, and for the app `accounts` `/account`. Null stands for what is not set.",
  });
const BrandInput = z.strictObject({ displayName, accentColor, supportUrl }).partial();

const Region = z.enum(REGIONS).openapi({
  description:
    "Where the users of the app are kept, if there are databases in several places. It is chosen when the app is made, and never changes. If left out, they may be kept anywhere.",
});

export const App = z
  .object({
    id: z.string(),
    name: z.string(),
    issuer: z.string(),
    settings: Settings,
    brand: Brand,
    region: Region.nullable().openapi({ type: ["string", "null"] }),
    createdAt: Instant,
  })
  .openapi("App");
/**
 * The name is also the issuer unless another is given. It is shortened for that if it costs too
 * much.
 */
const AppName = label({ ...ISSUER_BOUNDS, cost: Infinity });
export const AppInput = z.strictObject({
  name: AppName.openapi({ example: "Example" }),
  issuer: label(ISSUER_BOUNDS)
    .optional()
    .openapi({ description: "Shown in authenticator apps. If left out, it is the name." }),
  settings: Settings.partial().strict().optional(),
  brand: BrandInput.optional(),
  region: Region.optional(),
});
/** Null sets a setting back, as if it had never been set. */
export const AppChanges = AppInput.omit({ region: true })
  .partial()
  .extend({
    settings: Settings.extend({ minPasswordLength: Settings.shape.minPasswordLength.nullable() })
      .partial()
      .strict()
      .optional(),
    brand: z
      .strictObject(orNull)
      .partial()
      .optional()
      .openapi({ description: "Null takes back what was set." }),
  });
const params = z.object({ appId: AppId });

const createAppRoute = createRoute({
  method: "post",
  path: "/apps",
  operationId: "createApp",
  tags: ["Apps"],
  summary: "Create an app",
  description:
    "An app has users, API keys and settings of its own. Apps do not see each other's users.",
  security,
  request: { headers: IdempotencyHeaders, body: body(AppInput) },
  responses: {
    201: json("Created", App),
    ...problems(...ADMIN_PROBLEMS, ...BODY_PROBLEMS, "idempotency_mismatch", "not_found"),
  },
});

const listAppsRoute = createRoute({
  method: "get",
  path: "/apps",
  operationId: "listApps",
  tags: ["Apps"],
  summary: "List apps",
  description: "All apps, with the built-in ones, the newest first.",
  security,
  request: { query: ListingQuery },
  responses: { 200: json("Newest first", listing("AppList", App)), ...problems(...ADMIN_PROBLEMS) },
});

const getAppRoute = createRoute({
  method: "get",
  path: "/apps/{appId}",
  operationId: "getApp",
  tags: ["Apps"],
  summary: "See an app",
  description: "An app with all its settings.",
  security,
  request: { params },
  responses: { 200: json("The app", App), ...problems(...ADMIN_PROBLEMS, "not_found") },
});

const updateAppRoute = createRoute({
  method: "patch",
  path: "/apps/{appId}",
  operationId: "updateApp",
  tags: ["Apps"],
  summary: "Change an app",
  description:
    "Changes whatever is given and leaves the rest. A change of settings ends open challenges; a change of `brand` ends nothing.",
  security,
  request: { params, body: body(AppChanges) },
  responses: {
    200: json("The app as it is now", App),
    ...problems(...ADMIN_PROBLEMS, ...BODY_PROBLEMS, "not_found"),
  },
});

const deleteAppRoute = createRoute({
  method: "delete",
  path: "/apps/{appId}",
  operationId: "deleteApp",
  tags: ["Apps"],
  summary: "Delete an app",
  description:
    "Its keys stop working and its users are unreachable at once. Their data is deleted in the background.",
  security,
  request: { params },
  responses: { 204: nothing, ...problems(...ADMIN_PROBLEMS, "not_found", "app_built_in") },
});

export const appRoutes = router()
  .openapi(createAppRoute, async (c) => {
    const request = await idempotentRequest(c, "POST /admin/apps");
    return c.json(await createApp(c.var.deps, c.req.valid("json"), request), 201);
  })
  .openapi(listAppsRoute, async (c) =>
    c.json(await listApps(c.var.deps, c.req.valid("query")), 200),
  )
  .openapi(getAppRoute, async (c) =>
    c.json(await getApp(c.var.deps, c.req.valid("param").appId), 200),
  )
  .openapi(updateAppRoute, async (c) => {
    const { appId } = c.req.valid("param");
    return c.json(await updateApp(c.var.deps, appId, c.req.valid("json")), 200);
  })
  .openapi(deleteAppRoute, async (c) => {
    await deleteApp(c.var.deps, c.req.valid("param").appId);
    return c.body(null, 204);
  });
