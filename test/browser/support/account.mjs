/** What people do on the pages of an account. Pages are told by their paths and their fields, never by words: those are in three languages. */

import assert from "node:assert/strict";
import { expectStatus } from "../../../scripts/api-client.mjs";
import { PASSWORD } from "../../../scripts/client-account.mjs";
import { phoneFor } from "./phone.mjs";

const BACKUP_CODE = /^[A-Z2-7]{4}(-[A-Z2-7]{4}){5}$/;

/** Path and query. */
export function placeOf(page) {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
}

export async function register({ page, fill, press }, email) {
  await fill("#email", email);
  await fill("#newPassword", PASSWORD);
  await press("main form button.main");
  assert.equal(placeOf(page), "/account");
}

/** As far as the code, if there is a second factor. */
export async function logIn({ page, fill, press }, email, password = PASSWORD) {
  await page.goto("/account/login");
  await fill("#login", email);
  await fill("#password", password);
  await press("main form button.main");
}

export async function logOut({ page, press }) {
  await press("body > header form button");
  assert.equal(placeOf(page), "/account/login?done=logged_out");
}

/** The phone that has the QR code on the page. */
export async function scan({ page }, readQrCode) {
  return phoneFor(await readQrCode(page.locator(".qr")));
}

/** What is wrong is said once: at its field, which has the focus and is described by it. */
export async function assertRefused({ page }, field) {
  const input = page.locator(`#${field}:focus`);
  await input.waitFor();
  assert.equal(await input.getAttribute("aria-invalid"), "true");
  const described = (await input.getAttribute("aria-describedby")).split(" ");
  assert.ok(described.includes(`${field}-fault`), "the field is not described by its fault");
  assert.notEqual(await page.locator(`#${field}-fault`).innerText(), "");
  assert.equal(await page.locator(".fault").count(), 1);
  assert.equal(await page.locator("[role=alert]").count(), 0);
}

/**
 * What is wrong with several fields is listed at the top, where the focus is, and said at each field. The list leads to the fields. Without
 * the script the address goes on leading there.
 */
export async function assertAllRefused({ page }, fields) {
  await page.locator("[role=alert]:focus").waitFor();
  assert.equal(await page.locator(".fault").count(), fields.length);
  for (const field of fields) {
    assert.equal(await page.locator(`#${field}`).getAttribute("aria-invalid"), "true");
    await page.locator(`[role=alert] a[href="#${field}"]`).press("Enter");
    await page.locator(`#${field}:focus`).waitFor();
  }
}

/** Of the page that shows them. */
export async function readBackupCodes({ page }) {
  const codes = await page.locator("#codes li").allInnerTexts();
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) assert.match(code, BACKUP_CODE);
  return codes;
}

/** Not before the box is ticked. */
export async function saveBackupCodes({ page, tick, press }, done = "saved") {
  await page.locator("main form button.main").click();
  assert.equal(await page.locator("#saved:invalid").count(), 1);
  await tick("#saved");
  await press("main form button.main");
  assert.equal(placeOf(page), `/account?done=${done}`);
}

/** Made without the pages, with a second factor. */
export async function makeProtectedAccount(call, email) {
  const person = { email, password: PASSWORD };
  expectStatus(201, await call("POST", "/auth/register", { json: person }), "register");
  const { accessToken: token } = expectStatus(
    200,
    await call("POST", "/auth/login", { json: person }),
    "log in",
  );
  const path = "/auth/authenticators";
  const { id, uri } = expectStatus(201, await call("POST", path, { token, json: {} }), "enrol");
  const phone = phoneFor(uri);
  const json = { code: await phone.code() };
  expectStatus(200, await call("POST", `${path}/${id}/confirm`, { token, json }), "confirm");
  return phone;
}
