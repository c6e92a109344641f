/** The test page of basic-with-otp: logs in, switches the second factor on, scans its QR code, and logs in with codes that are good once. */

import assert from "node:assert/strict";
import { PASSWORD, register } from "../../scripts/client-account.mjs";
import { checkPage } from "./support/check-page.mjs";
import { phoneFor } from "./support/phone.mjs";
import { screenshot } from "./support/screenshots.mjs";
import { checkWeight } from "./support/weight.mjs";

export const name = "basic-with-otp, its test page with a phone";

export async function run({ openPage, readQrCode, step, baseUrl }) {
  await register(baseUrl, "tester");
  const page = await openPage({ width: 320 });
  await page.goto("/static/index.html");

  step("a light page that everybody can use");
  await checkWeight(page);
  await checkPage(page);

  step("log in with the password");
  await logIn(page, "");
  await page.getByText("Logged in as tester.").waitFor();

  step("scan");
  await page.getByRole("button", { name: "Enable 2FA" }).click();
  await page.getByText("Now scan a QR code").waitFor();
  await page.getByRole("button", { name: "Generate QR Code" }).click();
  const phone = phoneFor(await readQrCode(page.getByRole("img", { name: "QR code" })));
  await checkPage(page);
  await screenshot(page, "test-page-scan");

  step("log in with a code, once");
  await page.getByRole("button", { name: "Logout" }).click();
  const code = await phone.code();
  await logIn(page, code);
  await page.getByText("Logged in as tester.").waitFor();
  await page.getByRole("button", { name: "Logout" }).click();
  for (const refused of [code, phone.wrongCode(), ""]) {
    await logIn(page, refused);
    await page.getByText("A code is needed, or this one is wrong.").waitFor();
  }
  await logIn(page, await phone.code());
  await page.getByText("Logged in as tester.").waitFor();
  assert.equal(await page.getByRole("img", { name: "QR code" }).count(), 0, "shown once");
}

/** Until the answer has emptied the form, which a next log-in would otherwise lose its password to. */
async function logIn(page, code) {
  await page.getByLabel("Username").fill("tester");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByLabel("OTP").fill(code);
  await page.getByRole("button", { name: "Login" }).click();
  await page.locator("#password:invalid").waitFor({ state: "attached" });
}
