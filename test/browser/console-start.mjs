/** The first five minutes in the console: an app, a key, a user and a code, with a phone in the page. */

import assert from "node:assert/strict";
import { checkPage } from "./support/check-page.mjs";
import { checkWeight } from "./support/weight.mjs";

export const name = "the first five minutes, the way by keyboard, and the look of an app";

const SUBMIT = "main form button.main";

export async function run({ openPage, step, adminToken }) {
  const page = await openPage({});
  step("sign in");
  await page.goto("/console/start");
  await page.locator("#token").fill(adminToken);
  await page.locator(SUBMIT).click();
  await page.locator("#appName").waitFor();
  await checkPage(page);

  step("an app and its key");
  await page.locator(SUBMIT).click();
  await page.locator("input[name=once]").waitFor({ state: "attached" });
  await page.locator(SUBMIT).click();
  await page.locator("#secret").waitFor();

  step("a user, and the phone");
  await page.locator("[data-run=enrol]").click();
  const code = page.locator("[data-phone-code]");
  await code.waitFor();
  assert.match(await code.innerText(), /^\d{3} \d{3}$/);

  step("the first code");
  await runCommand(page, "confirm", '"status": "active"');
  await runCommand(page, "verify", '"valid":');
  await checkPage(page);

  await findByKeyboard(page, step);
  await chooseLook(page, step);
}

async function runCommand(page, command, expected) {
  await page.locator(`[data-run=${command}]`).click();
  await page.locator(`[data-answer=${command}]`, { hasText: expected }).waitFor();
}

async function findByKeyboard(page, step) {
  step("anywhere with Ctrl+K");
  await page.goto("/console");
  await page.keyboard.press("Control+k");
  await page.locator("#palette[open]").waitFor();
  await page.keyboard.type("audit");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/console/audit");
  await checkWeight(page);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("user-1");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/console/users?query=user-1");
  await page.locator(".list a", { hasText: "user-1" }).waitFor();
}

async function chooseLook(page, step) {
  step("the look of an app");
  await page.goto("/console/apps/accounts/brand");
  await page.locator("#accentColor").fill("#d9480f");
  await page.locator("#main form button.main").click();
  await page.locator(".notice.good").waitFor();
  const preview = page.locator(".preview .button");
  const colour = (element) => getComputedStyle(element).backgroundColor;
  const ours = await page.locator("#main form button.main").evaluate(colour);
  assert.notEqual(await preview.evaluate(colour), ours);
  await checkPage(page);
}
