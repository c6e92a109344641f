/** Passwords that are shown while they are typed, on request. */

import assert from "node:assert/strict";
import { PASSWORD } from "../../scripts/client-account.mjs";
import { placeOf } from "./support/account.mjs";
import { visitor as visit } from "./support/visitor.mjs";

export const name = "a password that its user wants to see while typing";

const EMAIL = "seen@example.com";
const SUBMIT = "main form button.main";

export async function run({ openPage, step }) {
  const page = await openPage({ width: 390 });
  const visitor = visit(page, { prefix: "account-password" });
  const { fill, press } = visitor;

  step("register with a password in sight");
  await page.goto("/account/register");
  await fill("#email", EMAIL);
  await fill("#newPassword", PASSWORD);
  await showAndHide(page, "newPassword");
  await press(SUBMIT);
  assert.equal(placeOf(page), "/account");

  step("log in with the keyboard, from the button that shows it");
  await press("body > header form button");
  await fill("#login", EMAIL);
  await fill("#password", PASSWORD);
  await visitor.look("hidden");
  await showAndHide(page, "password");
  await visitor.look("shown");
  await press(SUBMIT);
  assert.equal(placeOf(page), "/account");

  step("without a script there is no such button, and the form works");
  const plain = visit(await openPage({ javaScript: false }), { prefix: "", javaScript: false });
  await plain.page.goto("/account/login");
  assert.equal(await plain.page.locator("main form button").count(), 1);
}

/** Shows it, hides it, and shows it in the end, without sending the form. */
async function showAndHide(page, field) {
  const button = page.locator(`button[aria-controls="${field}"]`);
  const place = placeOf(page);
  const expectShown = async (isShown) => {
    const type = await page.locator(`#${field}`).getAttribute("type");
    assert.equal(type, isShown ? "text" : "password");
    assert.equal(await button.getAttribute("aria-pressed"), String(isShown));
    assert.equal(await page.locator(`#${field}`).inputValue(), PASSWORD);
  };
  await expectShown(false);
  await button.click();
  await expectShown(true);
  await button.press("Enter");
  await expectShown(false);
  await button.press("Space");
  await expectShown(true);
  assert.equal(placeOf(page), place);
}
