/** The operator's console: an app and its key, a user who is locked out, the reset, and all of it in the audit trail, which grows as one looks. */

import assert from "node:assert/strict";
import { checkPage } from "./support/check-page.mjs";
import { writeHistory } from "./support/history.mjs";
import { phoneFor } from "./support/phone.mjs";
import { screenshot } from "./support/screenshots.mjs";
import { checkWeight } from "./support/weight.mjs";

export const name = "the operator's console, with JavaScript and without";

const LOOKS = [
  { name: "wide", width: 1100, javaScript: true },
  { name: "narrow", width: 320, dark: true, javaScript: false },
];

export async function run({ openPage, step, adminToken, call, portray, folder }) {
  for (const look of LOOKS) {
    const page = await openPage(look);
    const steps = { step: (text) => step(`${look.name}: ${text}`), look, call };
    await signIn(page, adminToken, steps);
    const app = await makeApp(page, steps);
    await lockOut(app, "customer-7", call);
    await resetUser(page, "customer-7", steps);
    await readTrail(page, adminToken, steps);
    if (look.javaScript) await portrayOverview(page, { ...steps, portray, folder });
    await lookAround(page, app, steps);
  }
}

async function signIn(page, adminToken, { step }) {
  step("sign in");
  await page.goto("/console/apps");
  await page.locator("#token").fill("not the token");
  await page.locator("main button.main").click();
  await page.locator("#token:focus[aria-invalid]").waitFor();
  assert.notEqual(await page.locator("#token-fault").innerText(), "");
  await checkPage(page);
  await page.locator("#token").fill(adminToken);
  await page.locator("main button.main").click();
  await page.getByRole("heading", { name: "Apps", exact: true }).waitFor();
}

/** Answers its id and its key, as they are on the pages. */
async function makeApp(page, { step, look }) {
  step("make an app and a key");
  await page.locator("#appName").fill(`Shop ${look.name}`);
  await page.getByRole("button", { name: "Create app" }).click();
  await page.locator(".notice.good").waitFor();
  const { pathname } = new URL(page.url());
  await page.getByRole("link", { name: "Create key" }).click();
  await checkPage(page);
  await page.locator("#name").fill("Back end");
  await page.getByRole("button", { name: "Create key" }).click();
  const key = await page.locator("#secret").innerText();
  await checkPage(page);
  if (look.javaScript) await page.locator("[data-copy=secret]").waitFor();
  await page.getByRole("link", { name: "Back to the app" }).click();
  await page.getByText("Back end", { exact: true }).waitFor();
  assert(!(await page.content()).includes(key), "the key is shown once");
  return { path: pathname, key };
}

/** A user with an authenticator, and more wrong codes than are forgiven. */
async function lockOut({ key: token }, userId, call) {
  const path = `/v1/users/${userId}`;
  const { body } = await call("POST", `${path}/authenticators`, { token, json: {} });
  const phone = phoneFor(body.uri);
  const json = { code: await phone.code() };
  await call("POST", `${path}/authenticators/${body.id}/confirm`, { token, json });
  for (let failures = 0; failures < 5; failures++) {
    await call("POST", `${path}/verify`, { token, json: { code: phone.wrongCode() } });
  }
}

async function resetUser(page, userId, { step, look }) {
  step("find the user who is locked out");
  await page.locator('.tabs a[href="/console/users"]').click();
  await page.locator("#appId").selectOption(`Shop ${look.name}`);
  await page.locator("#state").selectOption("Locked");
  await page.locator("main form.filters button").click();
  await checkPage(page);
  await page.getByRole("link", { name: userId }).click();
  await page.getByText("Locked until").waitFor();
  await checkPage(page);
  await screenshot(page, `console-user-${look.name}`);

  step("reset them, with a reason");
  await page.getByRole("link", { name: "Reset second factor" }).click();
  await page.locator("#reason").fill(`Lost phone ${look.name}`);
  await page.locator("main button.danger").click();
  await page.locator("#secret").waitFor();
  await checkPage(page);
  await page.getByRole("link", { name: "Back to the user" }).click();
  await page.locator(".tag", { hasText: "Reset" }).waitFor();
}

async function readTrail(page, adminToken, { step, look, call }) {
  step("read it in the audit trail");
  await page.locator('.tabs a[href="/console/audit"]').click();
  await page.locator(".events li", { hasText: `Lost phone ${look.name}` }).waitFor();
  await checkPage(page);
  await screenshot(page, `console-audit-${look.name}`);
  await checkWeight(page);

  step("see what comes next");
  const json = { name: `Came later ${look.name}` };
  const { body } = await call("POST", "/admin/apps", { token: adminToken, json });
  if (!look.javaScript) await page.getByRole("link", { name: "Refresh" }).click();
  await page.locator(`.events a[href$="${body.id}"]`).waitFor();
}

/** Of a service with more to do than a test. */
async function portrayOverview(page, { step, portray, folder }) {
  step("picture a day");
  await writeHistory(folder);
  await page.goto("/console");
  await portray(page, "console");
}

/** Nothing is done there. */
async function lookAround(page, app, { step, look }) {
  const paths = ["/console", "/console/apps", app.path, "/console/apps/accounts", "/console/users"];
  for (const path of [...paths, `${app.path}/delete`]) {
    step(path);
    const other = await page.context().newPage();
    await other.goto(path);
    await checkPage(other);
    await checkWeight(other);
    await screenshot(other, `console${path.replaceAll("/", "-")}-${look.name}`);
    await other.close();
  }

  step("sign out");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator(".notice.good").waitFor();
  await page.goto("/console");
  await page.getByRole("heading", { name: "Sign in to the console" }).waitFor();
}
