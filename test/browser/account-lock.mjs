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
  await watchCountdown(visitor);

  step("a right one is not taken either");
  await visitor.enterCode(await phone.code());
  await watchCountdown(visitor);
  await visitor.look("countdown");
}

/** The seconds count down, and the ring turns with them. */
async function watchCountdown(visitor) {
  const first = await secondsLeft(visitor);
  assert.ok(first > 20 && first <= 30, `${first} seconds of 30`);
  await visitor.page.waitForTimeout(SECOND_MS / 2);
  const before = await shareLeft(visitor);
  assert.ok(before > 0.6 && before < 1, `${before} of the ring`);
  const picture = await drawRing(visitor);
  await visitor.page.waitForTimeout(2 * SECOND_MS);
  const later = await secondsLeft(visitor);
  assert.ok(later < first && later >= first - 4, `from ${first} to ${later} seconds`);
  const after = await shareLeft(visitor);
  assert.ok(after < before && after > before - 0.15, `from ${before} to ${after} of the ring`);
  assert.ok(!picture.equals(await drawRing(visitor)), "the ring looks as it did before");
}

async function secondsLeft({ page }) {
  const [, seconds] = /\b0:(\d\d)\b/.exec(await page.locator("[role=timer]").innerText());
  return Number(seconds);
}

/** How much of the ring is drawn, from 1 to 0. */
async function shareLeft({ page }) {
  const ring = page.locator("[data-ring]");
  return Number(await ring.evaluate((one) => getComputedStyle(one).getPropertyValue("--left")));
}

function drawRing({ page }) {
  return page.locator("[data-ring]").screenshot({ animations: "disabled" });
}
