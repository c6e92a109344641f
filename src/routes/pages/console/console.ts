/** The operator's console: everything that the admin API can do, for a browser. */

import { Hono } from "hono";
import type { AppEnv } from "../../context";
import { aboutUser } from "../../placement";
import { appPages } from "./app";
import { appListPages } from "./apps";
import { auditPages, auditTail } from "./audit";
import { brandPages } from "./brand";
import { requireOperator } from "./shared";
import { keyPages } from "./keys";
import { newKeyPages } from "./new-key";
import { newAccountPages } from "./new-account";
import { deliveryPages } from "./delivery";
import { newWebhookPages } from "./new-webhook";
import { outboxPages } from "./outbox";
import { overviewPages } from "./overview";
import { startPages } from "./start";
import { stylesPages } from "./styles";
import { signInPages } from "./sign-in";
import { timeZonePages } from "./time-zone";
import { userActionPages } from "./user-actions";
import { userEndingPages } from "./user-endings";
import { userPages } from "./user";
import { userListPages } from "./users";
import { webhookPages } from "./webhook";
import { webhookActionPages } from "./webhook-actions";

/** The order matters: the pages before `requireOperator` check the operator themselves. */
export const consolePages = new Hono<AppEnv>();
consolePages.route("/", signInPages);
consolePages.route("/", auditTail);
consolePages.use(requireOperator());
consolePages.use("/users/:id/*", aboutUser);
for (const routes of [
  overviewPages,
  appListPages,
  appPages,
  keyPages,
  brandPages,
  newKeyPages,
  newWebhookPages,
  webhookPages,
  webhookActionPages,
  deliveryPages,
  userListPages,
  userPages,
  userActionPages,
  userEndingPages,
  newAccountPages,
  timeZonePages,
  outboxPages,
  startPages,
  stylesPages,
  auditPages,
]) {
  consolePages.route("/", routes);
}
