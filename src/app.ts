import { appRoutes } from "./routes/admin/apps";
import { importRoutes } from "./routes/admin/authenticators";
import { archiveRoutes } from "./routes/admin/archive";
import { auditRoutes } from "./routes/admin/audit";
import { logoRoutes, publicLogoRoutes } from "./routes/admin/logos";
import { keyRoutes } from "./routes/admin/keys";
import { operatorUserRoutes } from "./routes/admin/users";
import { shardRoutes } from "./routes/admin/shards";
import { deliveryRoutes } from "./routes/admin/deliveries";
import { hookRoutes } from "./routes/admin/hook";
import { webhookRoutes } from "./routes/admin/webhooks";
import { requireAdmin } from "./routes/auth";
import { appendedOtp } from "./routes/compat/appended-otp";
import { basicWithOtp } from "./routes/compat/basic-with-otp";
import { djangoReact } from "./routes/compat/django-react";
import { djangoTotp } from "./routes/compat/django-totp";
import { otpPage } from "./routes/compat/otp-page";
import {
  AUTHENTICATOR_API_PATHS,
  authenticatorApi,
  pathOf,
} from "./routes/compat/authenticator-api";
import { whereOn } from "./routes/compat/switch";
import { docsRoutes } from "./routes/docs";
import { openToAllOrigins, strictHeaders } from "./routes/headers";
import { limitByAddress, limitFailures, limitMonitors } from "./routes/limits";
import { metaRoutes } from "./routes/meta";
import { metricsRoutes } from "./routes/metrics";
import { openToRegisteredOrigins } from "./routes/origins";
import { pages } from "./routes/pages/pages";
import { showOutsidePages } from "./routes/pages/problem-page";
import { notFound } from "./routes/method-not-allowed";
import { handleError, router } from "./routes/openapi";
import { aboutUser, withAccounts } from "./routes/placement";
import {
  assignRequestId,
  configure,
  logRequest,
  refuseMalformedUrl,
  withDeps,
} from "./routes/request";
import { openApiDocument } from "./routes/reference/document";
import { ownAppRoutes } from "./routes/server/app";
import { authenticatorRoutes } from "./routes/server/authenticators";
import { challengeRoutes } from "./routes/server/challenges";
import { eventRoutes } from "./routes/server/events";
import { linkRoutes } from "./routes/server/links";
import { userRoutes } from "./routes/server/users";
import { verifyRoutes } from "./routes/server/verify";
import { activityRoutes } from "./routes/user/activity";
import { secondFactorRoutes } from "./routes/user/authenticators";
import { loginRoutes } from "./routes/user/login";
import { mailRoutes } from "./routes/user/mail";
import { profileRoutes } from "./routes/user/me";
import { sessionRoutes } from "./routes/user/sessions";

/** What needs no key; beside these `/healthz` and `/readyz`, with a budget of their own. */
const PUBLIC_PATHS = [
  "/auth/*",
  "/v1/challenges/verify",
  "/v1/time",
  "/.well-known/*",
  "/openapi.json",
  "/docs/*",
  "/redoc/*",
  "/swagger/*",
  "/swagger.json",
  "/compat/*",
  "/problems/*",
  "/logos/*",
];

export const app = router(pathOf);

app.onError(handleError);
app.use(assignRequestId, logRequest, strictHeaders, configure, refuseMalformedUrl);

app.use("/v1/challenges/verify", openToAllOrigins);
app.use("/auth/*", openToRegisteredOrigins);
for (const path of PUBLIC_PATHS) app.use(path, limitByAddress);
app.use("/v1/*", limitFailures, ...withDeps);
app.use("/auth/*", ...withAccounts);
app.use("/admin/*", limitFailures, ...withDeps, requireAdmin);
app.use("/admin/users/:id/*", aboutUser);
app.use("/logos/*", ...withDeps);
app.use("/healthz", limitMonitors);
app.use("/readyz", limitMonitors, ...withDeps);
app.use("/metrics", limitFailures, ...withDeps);
for (const path of AUTHENTICATOR_API_PATHS) {
  app.use(path, whereOn("authenticator-api"), limitByAddress, ...withDeps);
}

for (const routes of [
  ownAppRoutes,
  authenticatorRoutes,
  verifyRoutes,
  challengeRoutes,
  linkRoutes,
  userRoutes,
  eventRoutes,
]) {
  app.route("/v1", routes);
}
for (const routes of [
  loginRoutes,
  mailRoutes,
  secondFactorRoutes,
  profileRoutes,
  sessionRoutes,
  activityRoutes,
]) {
  app.route("/auth", routes);
}
for (const routes of [
  appRoutes,
  logoRoutes,
  keyRoutes,
  operatorUserRoutes,
  importRoutes,
  auditRoutes,
  webhookRoutes,
  hookRoutes,
  deliveryRoutes,
  shardRoutes,
  archiveRoutes,
]) {
  app.route("/admin", routes);
}
app.route("/", appendedOtp);
app.route("/", basicWithOtp);
app.route("/", otpPage);
app.route("/api/auth", djangoReact);
app.route("/api", djangoTotp);
app.route("/", authenticatorApi);
app.route("/", pages);
app.route("/", metaRoutes);
app.route("/", metricsRoutes);
app.route("/", publicLogoRoutes);
app.route("/", docsRoutes);

/** Made when somebody asks for it, since it takes longer than all else that happens at a start; and then once: it is the same for everybody. */
let document: string | undefined;
app.get("/openapi.json", (c) => {
  document ??= JSON.stringify(openApiDocument(app));
  return c.body(document, 200, { "content-type": "application/json" });
});

app.notFound(notFound(app, showOutsidePages));
