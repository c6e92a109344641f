/** The pages of the operator's console. For what an entry is, see gallery-account.mjs. */

import { ADA } from "./gallery-data.mjs";
import { apps, everything, operator } from "./gallery-people.mjs";
import { guestAt, send, visit } from "./gallery-stage.mjs";
import { MAIL_OF_CONSOLE } from "./gallery-mail.mjs";
import { WEBHOOKS } from "./gallery-webhooks.mjs";

const FAULT = "[role=alert], [aria-invalid]";
const EVENTS = ".events li";
const LISTED = "main ul.list li";
const DANGER = "main button.danger";

const SUBMIT = "main form button.main";

/** Of a service that nobody uses yet: these come before all others. */
export const UNUSED = [
  { name: "console-sign-in", reach: guestAt("/console/sign-in"), shows: "#token" },
  { name: "console-sign-in-refused", reach: refusedSignIn, shows: FAULT },
  {
    name: "console-sign-in-ended",
    reach: guestAt("/console/sign-in?next=%2Fconsole%2Fusers"),
    shows: ".notice",
  },
  { name: "console-start", reach: operatorAt("/console/start"), shows: "#appName" },
  { name: "console-overview-empty", reach: operatorAt("/console"), shows: "#latest" },
  { name: "console-apps-empty", reach: operatorAt("/console/apps"), shows: "#appName" },
  { name: "console-users-empty", reach: operatorAt("/console/users"), shows: "#query" },
  { name: "console-mail-empty", reach: operatorAt("/console/outbox"), shows: "#kept" },
];

export const CONSOLE = [
  {
    name: "console-overview",
    reach: wholeAt("/console"),
    shows: `[aria-labelledby=latest] li`,
    portrait: true,
  },
  { name: "console-palette", reach: palette, shows: "#palette[open]" },
  { name: "console-time-zone", reach: operatorAt("/console/time-zone"), shows: "#zone" },
  { name: "console-styles", reach: operatorAt("/console/styles"), shows: "#tokens" },
  { name: "console-apps", reach: wholeAt("/console/apps"), shows: LISTED },
  {
    name: "console-apps-refused",
    reach: sendingAt("/console/apps", { "#appName": "Shop: new" }),
    shows: FAULT,
  },
  { name: "console-app", reach: appAt(""), shows: "#keys" },
  {
    name: "console-app-refused",
    reach: appSending("", { "#returnUrls": "shop.example/done" }),
    shows: FAULT,
  },
  { name: "console-app-created", reach: createdApp, shows: "[role=status]" },
  { name: "console-app-accounts", reach: wholeAt("/console/apps/accounts"), shows: "#keys" },
  { name: "console-app-brand", reach: appAt("/brand"), shows: "#accentColor" },
  {
    name: "console-app-brand-refused",
    reach: appSending("/brand", { "#accentColor": "teal", "#supportUrl": "shop" }),
    shows: FAULT,
  },
  { name: "console-app-delete", reach: appAt("/delete"), shows: "#confirmName" },
  {
    name: "console-app-delete-refused",
    reach: appSending("/delete", { "#confirmName": "My shop?" }),
    shows: FAULT,
  },
  { name: "console-new-key", reach: appAt("/new-key"), shows: "#scopes" },
  {
    name: "console-new-key-refused",
    reach: appSending("/new-key", { "#addresses": "the office" }),
    shows: FAULT,
  },
  {
    name: "console-key-shown",
    reach: appSending("/new-key", { "#name": "Back end, new" }),
    shows: "#secret",
  },
  {
    name: "console-key-addresses",
    reach: appSending("/new-key", { "#name": "Old office", "#addresses": "192.0.2.0/24" }),
    shows: "#secret",
  },
  { name: "console-start-phone", reach: startedApp, shows: "[data-phone-code]" },
  { name: "console-key-revoke", reach: keyRevocation, shows: DANGER },
  { name: "console-users", reach: wholeAt("/console/users"), shows: LISTED, portrait: true },
  { name: "console-users-capped", reach: wholeAt("/console/users?state=capped"), shows: LISTED },
  {
    name: "console-users-none-found",
    reach: wholeAt("/console/users?query=nobody"),
    shows: "[role=status]",
  },
  { name: "console-new-account", reach: operatorAt("/console/new-account"), shows: "#email" },
  {
    name: "console-new-account-refused",
    reach: sendingAt("/console/new-account", {
      "#email": ADA.email,
      "#newPassword": `I am ${ADA.email}`,
    }),
    shows: FAULT,
  },
  { name: "console-user", reach: userAt("customer-1041"), shows: "#authenticators" },
  { name: "console-user-off", reach: userAt("customer-1412"), shows: "#authenticators" },
  { name: "console-user-locked", reach: lockedAt(""), shows: `a[href$="/unlock"]` },
  { name: "console-user-disabled", reach: userAt("customer-1203"), shows: `a[href$="/enable"]` },
  { name: "console-user-reset", reach: userAt("customer-1377"), shows: "#authenticators" },
  { name: "console-user-capped", reach: userAt("j.doe"), shows: "#authenticators" },
  { name: "console-user-account", reach: accountUser, shows: "#authenticators" },
  { name: "console-user-remove-factor", reach: accountEnding("remove"), shows: "#reason" },
  { name: "console-user-end-session", reach: accountEnding("end"), shows: "#reason" },
  { name: "console-user-unlock", reach: lockedAt("/unlock"), shows: "#reason" },
  {
    name: "console-user-reset-question",
    reach: userAt("customer-1041", "/reset"),
    shows: "#accountName",
  },
  { name: "console-user-disable", reach: userAt("customer-1041", "/disable"), shows: "#reason" },
  { name: "console-user-enable", reach: userAt("customer-1203", "/enable"), shows: "#reason" },
  { name: "console-user-delete", reach: userAt("customer-1041", "/delete"), shows: "#reason" },
  { name: "console-user-reset-refused", reach: refusedReset, shows: FAULT },
  { name: "console-reset-link", reach: resetLink, shows: "#secret" },
  { name: "console-audit", reach: wholeAt("/console/audit"), shows: EVENTS, portrait: true },
  {
    name: "console-audit-filtered-empty",
    reach: wholeAt("/console/audit?userId=usr_nobody&outcome=failure"),
    shows: "#events",
  },
  { name: "console-audit-refused", reach: wholeAt("/console/audit?since=yesterday"), shows: FAULT },
  ...WEBHOOKS,
  ...MAIL_OF_CONSOLE,
  { name: "problem-console", reach: operatorAt("/console/apps/app_unknown"), shows: "main code" },
];

async function refusedSignIn(stage) {
  return send(await guestAt("/console/sign-in")(stage), { "#token": "not the token" });
}

function operatorAt(path) {
  return async (stage) => {
    const guest = await operator(stage);
    await visit(guest, path);
    return guest;
  };
}

/** With all that there is to see. */
function wholeAt(path) {
  return async (stage) => {
    await everything(stage);
    return operatorAt(path)(stage);
  };
}

function sendingAt(path, fields) {
  return async (stage) => send(await wholeAt(path)(stage), fields);
}

function appAt(path) {
  return async (stage) => {
    const { id } = (await apps(stage))["My shop"];
    return operatorAt(`/console/apps/${id}${path}`)(stage);
  };
}

function appSending(path, fields) {
  return async (stage) => send(await appAt(path)(stage), fields);
}

async function createdApp(stage) {
  const guest = await operatorAt("/console/apps")(stage);
  return send(guest, { "#appName": "Newsletter" });
}

async function keyRevocation(stage) {
  const { id, keyId } = (await apps(stage))["My shop"];
  return operatorAt(`/console/apps/${id}/keys/${keyId}/revoke`)(stage);
}

async function userOf(stage, userId) {
  const users = Object.values(await apps(stage)).map((app) => app.users[userId]);
  return users.find((user) => user !== undefined);
}

function userAt(userId, path = "") {
  return async (stage) => {
    const { id } = await userOf(stage, userId);
    return operatorAt(`/console/users/${id}${path}`)(stage);
  };
}

/** A lock ends after half a minute, so it is made again for each page. */
function lockedAt(path) {
  return async (stage) => {
    await lock(stage, "customer-1187");
    return userAt("customer-1187", path)(stage);
  };
}

async function lock(stage, userId) {
  const { phone } = await userOf(stage, userId);
  const { key: token } = (await apps(stage))["My shop"];
  const json = { code: phone.wrongCode() };
  await stage.call("POST", `/v1/users/${userId}/verify`, { token, json });
}

/** A user who has an account, found as the operator would. */
async function accountUser(stage) {
  const guest = await wholeAt("/console/users?query=ada.lovelace")(stage);
  await guest.press(`${LISTED} a`);
  return guest;
}

function accountEnding(action) {
  return async (stage) => {
    const guest = await accountUser(stage);
    await guest.press(`:nth-match(main a[href$="/${action}"], 1)`);
    return guest;
  };
}

/** The first five minutes, as far as the phone in the page. */
async function startedApp(stage) {
  const guest = await operatorAt("/console/start")(stage);
  await guest.press(SUBMIT);
  await guest.page.locator("input[name=once]").waitFor({ state: "attached" });
  await guest.press(SUBMIT);
  await guest.page.locator("[data-run=enrol]").click();
  return guest;
}

async function palette(stage) {
  const guest = await operatorAt("/console")(stage);
  await guest.page.keyboard.press("Control+k");
  return guest;
}

async function refusedReset(stage) {
  const guest = await userAt("customer-1041", "/reset")(stage);
  return send(guest, { "#accountName": "ada: at home", "#reason": "Lost the phone" });
}

async function resetLink(stage) {
  const guest = await userAt("m.curie", "/reset")(stage);
  return send(guest, { "#reason": "Lost the phone; identity card seen" });
}
