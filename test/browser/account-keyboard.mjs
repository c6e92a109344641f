/** From nothing to a second factor and back in, with Tab, Enter and Space alone. */

import assert from "node:assert/strict";
import {
  logIn,
  logOut,
  placeOf,
  readBackupCodes,
  register,
  saveBackupCodes,
  scan,
} from "./support/account.mjs";
import { visitor as visit } from "./support/visitor.mjs";

export const name = "the account pages, with the keyboard alone";

const EMAIL = "keyboard@example.com";
const SETTINGS = { width: 768, dark: true, reducedMotion: true };

export async function run({ openPage, readQrCode, step }) {
  const page = await openPage(SETTINGS);
  const visitor = visit(page, { prefix: "account-keyboard", keyboardOnly: true });
  const { press } = visitor;

  step("past the header");
  await page.goto("/account/register");
  await skipToContent(page);
  step("register");
  await register(visitor, EMAIL);
  assert.equal(await countTransitions(page), 0);

  step("set up");
  await press("main a.main");
  await press("main form button.main");
  const phone = await scan(visitor, readQrCode);
  await visitor.enterCode(await phone.code());
  await readBackupCodes(visitor);
  await saveBackupCodes(visitor);

  step("log out, and in");
  await logOut(visitor);
  await logIn(visitor, EMAIL);
  assert.equal(await page.locator("#code:focus").count(), 1, "the code's field has no focus");
  await visitor.enterCode(await phone.code());
  assert.equal(placeOf(page), "/account");
  await visitor.look("end");
}

async function skipToContent(page) {
  await page.keyboard.press("Tab");
  assert.equal(await page.locator(".skip:focus").count(), 1, "the way past is not the first");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.locator("main input:focus").count(), 1, "the content does not come next");
}

/** With reduced motion nothing moves. */
function countTransitions(page) {
  return page.evaluate(() => {
    const moves = (element) => {
      const { transitionDuration, animationName } = getComputedStyle(element);
      return transitionDuration !== "0s" || animationName !== "none";
    };
    return [...document.querySelectorAll("*")].filter(moves).length;
  });
}
