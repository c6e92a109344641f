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
  await page.getByLabel("Operator's token").fill("not the token");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "This is not the operator's token." }).waitFor();
  await checkPage(page);
  await page.getByLabel("Operator's token").fill(adminToken);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Apps", exact: true }).waitFor();
}

/** Answers its id and its key, as they are on the pages. */
async function makeApp(page, { step, look }) {
  step("make an app and a key");
  await page.getByLabel("Name").fill(`Shop ${look.name}`);
  await page.getByRole("button", { name: "Create an app" }).click();
  await page.getByText("The app is created.").waitFor();
  const { pathname } = new URL(page.url());
  await page.getByRole("link", { name: "Create a key" }).click();
  await checkPage(page);
  await page.getByLabel("Name (optional)").fill("Back end");
  await page.getByRole("button", { name: "Create a key" }).click();
  const key = await page.locator("#secret").innerText();
  await checkPage(page);
  if (look.javaScript) await page.getByRole("button", { name: "Copy" }).waitFor();
  await page.getByRole("link", { name: "Back to the app" }).click();
  await page.getByText("Back end").waitFor();
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
  await page.getByRole("link", { name: "Users", exact: true }).click();
  await page.getByLabel("App").selectOption(`Shop ${look.name}`);
  await page.getByLabel("State").selectOption("Locked");
  await page.getByRole("button", { name: "Search" }).click();
  await checkPage(page);
  await page.getByRole("link", { name: userId }).click();
  await page.getByText("Locked until").waitFor();
  await checkPage(page);
  await screenshot(page, `console-user-${look.name}`);

  step("reset them, with a reason");
  await page.getByRole("link", { name: "Reset the second factor" }).click();
  await page.getByLabel("Reason").fill(`Lost phone ${look.name}`);
  await page.getByRole("button", { name: "Reset the second factor" }).click();
  await page.locator("#secret").waitFor();
  await checkPage(page);
  await page.getByRole("link", { name: "Back to the user" }).click();
  await page.getByText("Reset, not set up again").waitFor();
}

async function readTrail(page, adminToken, { step, look, call }) {
  step("read it in the audit trail");
  await page.getByRole("link", { name: "Audit", exact: true }).click();
  await page.getByRole("cell", { name: `Lost phone ${look.name}` }).waitFor();
  await checkPage(page);
  await screenshot(page, `console-audit-${look.name}`);
  if (look.name === "wide") await assertWhole(page.getByRole("region"));
  await checkWeight(page);

  step("see what comes next");
  const json = { name: `Came later ${look.name}` };
  const { body } = await call("POST", "/admin/apps", { token: adminToken, json });
  if (!look.javaScript) await page.getByRole("link", { name: "Refresh" }).click();
  await page.getByRole("cell", { name: body.id }).waitFor();
}

/** Of a service with more to do than a test. */
async function portrayOverview(page, { step, portray, folder }) {
  step("picture a day");
  await writeHistory(folder);
  await page.goto("/console");
  await portray(page, "console");
}

/** At a desk nothing of it has to be scrolled for. */
async function assertWhole(region) {
  const { scrollWidth, clientWidth } = await region.evaluate((element) => ({
    scrollWidth: element.scrollWidth,
    clientWidth: element.clientWidth,
  }));
  assert.ok(scrollWidth <= clientWidth, `${scrollWidth} pixels in ${clientWidth}`);
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
  await page.getByText("You are signed out.").waitFor();
  await page.goto("/console");
  await page.getByRole("heading", { name: "Sign in to the console" }).waitFor();
}
