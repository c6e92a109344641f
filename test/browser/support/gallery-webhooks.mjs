/** The pages of webhooks in the gallery, and the back end that receives them. For what an entry is, see gallery-account.mjs. */

import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expectStatus } from "../../../scripts/api-client.mjs";
import { apps, makeCustomer, operator } from "./gallery-people.mjs";
import { send, visit } from "./gallery-stage.mjs";

const FAULT = "[role=alert], [aria-invalid]";
const SECRET = "#secret";
const LOGGED = ".events li";
/** What a proxy in front of a back end answers. */
const BROKEN = `<!doctype html>
<html>
  <head><title>502 Bad Gateway</title></head>
  <body onload="alert('never')"><h1>502 Bad Gateway</h1><script src="/error.js"></script></body>
</html>`;

export const WEBHOOKS = [
  { name: "console-new-webhook", reach: newWebhook(), shows: "#url" },
  {
    name: "console-new-webhook-refused",
    reach: newWebhook({ "#url": "http://shop.example/events" }),
    shows: FAULT,
  },
  {
    name: "console-webhook-shown",
    reach: newWebhook({ "#url": "https://shop.example/audit" }),
    shows: SECRET,
  },
  { name: "console-app-webhooks", reach: appOfWebhooks, shows: "#webhooks" },
  { name: "console-overview-troubled", reach: overview, shows: ".notice.warn" },
  { name: "console-webhook", reach: webhookAt("good"), shows: LOGGED },
  { name: "console-webhook-failing", reach: webhookAt("bad"), shows: ".notice.warn" },
  {
    name: "console-webhook-waiting",
    reach: webhookAt("bad", "?state=waiting"),
    shows: LOGGED,
  },
  { name: "console-webhook-paused", reach: webhookAt("paused"), shows: ".notice.warn" },
  { name: "console-webhook-refused", reach: refusedSettings, shows: FAULT },
  { name: "console-webhook-test", reach: webhookAt("good", "/test"), shows: "main button.main" },
  { name: "console-webhook-tested", reach: tested("good"), shows: ".notice.good" },
  { name: "console-webhook-test-failed", reach: tested("bad"), shows: ".notice.bad" },
  { name: "console-webhook-replace", reach: webhookAt("good", "/secret"), shows: "main button" },
  { name: "console-webhook-delete", reach: webhookAt("good", "/delete"), shows: "button.danger" },
  { name: "console-webhook-send-again", reach: sendAgainRefused, shows: FAULT },
  { name: "console-delivery", reach: deliveryOf("good"), shows: "#message" },
  { name: "console-delivery-waiting", reach: deliveryOf("bad"), shows: "#answer" },
];

/** Webhooks of the shop that work, that fail, and that are paused, with what was sent to them. */
function webhooks(stage) {
  return stage.once("webhooks", async () => {
    const { call, adminToken: token } = stage;
    const { id: appId } = (await apps(stage))["My shop"];
    const place = `/admin/apps/${appId}/webhooks`;
    const url = await startReceiver();
    const make = async (json) =>
      expectStatus(201, await call("POST", place, { token, json }), place);
    const made = {
      good: await make({ url: `${url}/good`, name: "Orders" }),
      bad: await make({ url: `${url}/bad`, types: ["authenticator.confirmed", "user.locked"] }),
      paused: await make({ url: `${url}/old`, name: "The old CRM" }),
    };
    const json = { paused: true };
    await call("PATCH", `${place}/${made.paused.id}`, { token, json });
    await call("POST", `${place}/${made.good.id}/secret`, { token });
    for (let customers = 0; customers < 3; customers++) await makeCustomer(stage);
    for (const name of ["good", "bad"]) await untilTried(stage, `${place}/${made[name].id}`);
    return { appId, ...made };
  });
}

/** A back end on this machine that takes what is sent to `/good`. It does not keep the process running. */
async function startReceiver() {
  const server = createServer((request, response) => {
    const isGood = request.url === "/good";
    request.resume().on("end", () => {
      response.writeHead(isGood ? 200 : 502, { connection: "close" });
      response.end(isGood ? '{"ok":true}' : BROKEN);
    });
  });
  await new Promise((listens) => server.listen(0, "127.0.0.1", listens));
  server.unref();
  return `http://127.0.0.1:${server.address().port}`;
}

/** Messages are sent after the answer that caused them. */
async function untilTried({ call, adminToken: token }, place) {
  for (let looks = 0; looks < 50; looks++) {
    const { body } = await call("GET", `${place}/deliveries`, { token });
    if (body.items.some(({ attempts }) => attempts > 0)) return;
    await sleep(200);
  }
  throw new Error(`Nothing was sent: ${place}`);
}

async function at(stage, path) {
  const guest = await operator(stage);
  await visit(guest, path);
  return guest;
}

/** The form of a new webhook, sent with these fields if there are any. */
function newWebhook(fields) {
  return async (stage) => {
    const { id } = (await apps(stage))["My shop"];
    const guest = await at(stage, `/console/apps/${id}/new-webhook`);
    await guest.page.locator("#which-some").check();
    await guest.page.locator("#types").check();
    return fields ? send(guest, fields) : guest;
  };
}

async function appOfWebhooks(stage) {
  const { appId } = await webhooks(stage);
  return at(stage, `/console/apps/${appId}`);
}

async function overview(stage) {
  await webhooks(stage);
  return at(stage, "/console");
}

function webhookAt(name, path = "") {
  return async (stage) => {
    const { appId, [name]: webhook } = await webhooks(stage);
    return at(stage, `/console/apps/${appId}/webhooks/${webhook.id}${path}`);
  };
}

async function refusedSettings(stage) {
  return send(await webhookAt("bad")(stage), { "#url": "https://10.0.0.7/events" });
}

function tested(name) {
  return async (stage) => {
    const guest = await webhookAt(name, "/test")(stage);
    await guest.press("main form button.main");
    return guest;
  };
}

async function sendAgainRefused(stage) {
  return send(await webhookAt("good")(stage), { "#since": "2999-01-01T00:00" });
}

function deliveryOf(name) {
  return async (stage) => {
    const guest = await webhookAt(name)(stage);
    await guest.press(`:nth-match(main a[href*="/deliveries/"], 1)`);
    return guest;
  };
}
