/** Too many wrong codes: the page says how long to wait, and counts. */

import assert from "node:assert/strict";
import { logIn, makeProtectedAccount } from "./support/account.mjs";
import { visitor as visit } from "./support/visitor.mjs";

export const name = "the lock after too many wrong codes, which counts down";

const EMAIL = "locked@example.com";
const SECOND_MS = 1000;

export async function run({ openPage, step, call }) {
  const phone = await makeProtectedAccount(call, EMAIL);
  const visitor = visit(await openPage({}), { prefix: "account-locked" });

  step("five wrong codes, of two log-ins: one takes five");
  await logIn(visitor, EMAIL);
  for (let tries = 0; tries < 4; tries++) await visitor.enterCode(phone.wrongCode());
  await logIn(visitor, EMAIL);
  await visitor.enterCode(phone.wrongCode());

  step("a right one is not taken either");
  await visitor.enterCode(await phone.code());
  const first = await secondsLeft(visitor);
  assert.ok(first > 20 && first <= 30, `${first} seconds of 30`);
  await visitor.page.waitForTimeout(2 * SECOND_MS);
  const later = await secondsLeft(visitor);
  assert.ok(later < first && later >= first - 4, `from ${first} to ${later} seconds`);
  const ring = visitor.page.locator("[data-ring]");
  const left = await ring.evaluate((element) => element.style.getPropertyValue("--left"));
  assert.ok(left > 0.5 && left < 1, `the ring shows ${left}`);
  await visitor.look("countdown");
}

async function secondsLeft({ page }) {
  const text = await page.locator("[role=timer]").innerText();
  const [, minutes, seconds] = /(\d+):(\d\d)/.exec(text);
  return 60 * Number(minutes) + Number(seconds);
}
