/**
 * Every page that people use, in one frame: language, content security policy, and only our own
 * forms.
 */

import { Hono } from "hono";
import { isFreshStart } from "../../core/operator/fresh-start";
import type { AppEnv } from "../context";
import { limitByAddress } from "../limits";
import { withAccounts } from "../placement";
import { withDeps } from "../request";
import { activityPages } from "./account/activity";
import { authenticatorPages } from "./account/authenticators";
import { backupCodePages } from "./account/backup-codes";
import { emailPages } from "./account/email";
import { forgottenPages } from "./account/forgotten";
import { loginPages } from "./account/login";
import { passwordPages } from "./account/password";
import { profilePages } from "./account/profile";
import { registerPages } from "./account/register";
import { resyncPages } from "./account/resync";
import { securePages } from "./account/secure";
import { securityPages } from "./account/security";
import { dressAccounts } from "./brand";
import { challengePages } from "./links/challenge";
import { enrolmentPages } from "./links/enrolment";
import { consolePages } from "./console/console";
import { chooseLanguage, rememberLanguage } from "./language";
import { showProblem } from "./problem-page";
import { ownFormsOnly, pagePolicy } from "./safety";

const PATHS = ["/", "/account/*", "/enrol/*", "/challenge/*", "/console/*"];

export const pages = new Hono<AppEnv>();

pages.onError(showProblem);
for (const path of PATHS) {
  pages.use(path, chooseLanguage, rememberLanguage, pagePolicy, ownFormsOnly, limitByAddress);
  pages.use(path, ...(path === "/account/*" ? withAccounts : withDeps));
}

pages.use("/account/*", dressAccounts);

pages.get("/", async (c) => {
  return c.redirect((await isFreshStart(c.var.deps)) ? "/console/start" : "/account", 303);
});
for (const routes of [
  loginPages,
  forgottenPages,
  registerPages,
  securityPages,
  activityPages,
  securePages,
  authenticatorPages,
  backupCodePages,
  resyncPages,
  passwordPages,
  profilePages,
  emailPages,
]) {
  pages.route("/account", routes);
}
pages.route("/enrol", enrolmentPages);
pages.route("/challenge", challengePages);
pages.route("/console", consolePages);
