/** The account pages in Chinese, as the browser asks for it, and in another language on request. */

import assert from "node:assert/strict";
import { logIn, makeProtectedAccount, placeOf } from "./support/account.mjs";
import { visitor as visit } from "./support/visitor.mjs";

export const name = "the account pages in Chinese, and the choice of language";

const EMAIL = "chinese@example.com";
const BEFORE = ["/account/login", "/account/register"];
const INSIDE = [
  "/account",
  "/account/new-authenticator",
  "/account/backup-codes",
  "/account/password",
  "/account/activity",
  "/account/secure",
  "/account/prove",
  "/account/second-factor/off",
  "/account/profile",
  "/account/delete",
];

export async function run({ openPage, step, call }) {
  const phone = await makeProtectedAccount(call, EMAIL);
  const page = await openPage({ width: 390, language: "zh-CN" });
  const visitor = visit(page, { prefix: "account-chinese" });

  step("before the log-in");
  await lookAtAll(visitor, BEFORE);
  step("log in");
  await logIn(visitor, EMAIL);
  assert.equal(await languageOf(page), "zh");
  await visitor.look("code");
  await visitor.enterCode(await phone.code());
  assert.equal(placeOf(page), "/account");
  step("inside");
  await lookAtAll(visitor, INSIDE);

  step("another language");
  await page.goto("/account");
  await visitor.press("footer a[hreflang=de]");
  assert.equal(await languageOf(page), "de");
  await page.goto("/account/password");
  assert.equal(await languageOf(page), "de");
  assert.equal(await page.locator("footer a[aria-current]").getAttribute("hreflang"), "de");
}

async function lookAtAll(visitor, paths) {
  for (const path of paths) {
    await visitor.page.goto(path);
    assert.equal(placeOf(visitor.page), path);
    assert.equal(await languageOf(visitor.page), "zh");
    await visitor.look(path.replaceAll("/", "-").slice(1));
  }
}

function languageOf(page) {
  return page.locator("html").getAttribute("lang");
}
