/** What a user of an app sees of us: the pages that its links lead to, and the way back. */

import assert from "node:assert/strict";
import { assertRefused, placeOf, readBackupCodes, scan } from "./account.mjs";
import { SHOP_NAME } from "./shop.mjs";

const SUBMIT = "main form button.main";
const CANCEL = "main button[name=cancel]";
const PURPOSE = "payment:4711";
/** 288 characters, percent-encoded. */
const LONGEST = "漢".repeat(32);

export async function goThroughLinks({ visitor, userId, shop, step, readQrCode, openOther }) {
  const given = { visitor, userId, shop, readQrCode };
  step("set up");
  const { phone, url } = await enrol(given);
  step("a link that was used");
  await lookAtDeadLinks(await openOther(), [url, "/enrol/junk", "/challenge/junk"]);
  step("a second authenticator, after a code");
  await enrolAgain(given, phone);
  step("a code for the app");
  await answer(given, phone);
  step("change one's mind");
  await cancel(given);
  step("the longest account name");
  await scanLongest({ ...given, visitor: await openOther() });
}

/** A camera reads the largest QR code there is, as large as the page shows it. */
async function scanLongest({ visitor, userId, shop, readQrCode }) {
  const { url } = await shop.enrolmentLink(`${userId}-longest`, LONGEST);
  await visitor.page.goto(url);
  await visitor.press(SUBMIT);
  await visitor.look("enrol-longest");
  // On the smallest phones it is smaller: those open the app that is on them.
  if (visitor.page.viewportSize().width < 400) return;
  const phone = await scan(visitor, readQrCode);
  assert.equal(phone.account, LONGEST);
}

async function enrol({ visitor, userId, shop, readQrCode }) {
  const { page, press, enterCode } = visitor;
  const { url } = await shop.enrolmentLink(userId);
  await page.goto(url);
  assert.equal(await page.locator("header .brand").innerText(), SHOP_NAME);
  await visitor.lookAndWeigh("enrol");
  await press(SUBMIT);
  assert.equal(placeOf(page), "/enrol");
  assert.equal(await page.locator("header .brand").innerText(), SHOP_NAME);
  await visitor.lookAndWeigh("enrol-set-up");

  const phone = await scan(visitor, readQrCode);
  assert.equal(phone.issuer, SHOP_NAME);
  assert.equal(phone.account, "ada@example.com");
  await enterCode(phone.wrongCode());
  await assertRefused(visitor, "code");
  await visitor.look("enrol-refused");
  await enterCode(await phone.code());
  await readBackupCodes(visitor);
  await visitor.look("enrol-backup-codes");
  await page.goto(new URL("/enrol", url).href);
  await visitor.look("enrol-finished");
  await press(linkTo(shop));
  assertBack(page, shop, { result: "success" });
  return { phone, url };
}

/** It comes back by itself: the policy for forms lets a redirect of theirs lead to the app. */
async function enrolAgain({ visitor, userId, shop, readQrCode }, phone) {
  const { page, press, enterCode } = visitor;
  await page.goto((await shop.enrolmentLink(userId)).url);
  await press(SUBMIT);
  await visitor.lookAndWeigh("enrol-prove");
  await enterCode(phone.wrongCode());
  await assertRefused(visitor, "code");
  await enterCode(await phone.code());
  const second = await scan(visitor, readQrCode);
  await enterCode(await second.code());
  assertBack(page, shop, { result: "success" });
}

async function answer({ visitor, userId, shop }, phone) {
  const { page, enterCode } = visitor;
  const { id, url } = await shop.challengeLink(userId, PURPOSE);
  await page.goto(url);
  assert.equal(await page.locator("header .brand").innerText(), SHOP_NAME);
  assert.match(await page.locator("main").innerText(), new RegExp(PURPOSE));
  await visitor.lookAndWeigh("challenge");
  await enterCode(phone.wrongCode());
  await assertRefused(visitor, "code");
  await visitor.look("challenge-refused");
  await enterCode(await phone.code());
  const { code } = assertBack(page, shop, { result: "success" });
  const redeemed = await shop.redeem(code);
  assert.equal(redeemed.status, 200);
  const { id: answered, purpose, method } = redeemed.body;
  assert.deepEqual(
    { answered, purpose, method },
    { answered: id, purpose: PURPOSE, method: "totp" },
  );
  assert.equal((await shop.redeem(code)).status, 404);
}

async function cancel({ visitor, userId, shop }) {
  const { page, press } = visitor;
  const { url } = await shop.challengeLink(userId, PURPOSE);
  await page.goto(url);
  await press(`main a[href*="with=backup_code"]`);
  await visitor.lookAndWeigh("challenge-backup-code");
  await press(CANCEL);
  assertBack(page, shop, { result: "cancelled" });
  await page.goto(url);
  await visitor.look("challenge-over");
  await press(linkTo(shop));
  assertBack(page, shop, { result: "cancelled" });
  await page.goto((await shop.enrolmentLink(userId)).url);
  await press(SUBMIT);
  await press(CANCEL);
  assertBack(page, shop, { result: "cancelled" });
}

function linkTo({ home }) {
  return `main a[href^="${home}"]`;
}

/** At the app, with its own query kept and what we add to it. */
function assertBack(page, shop, expected) {
  const { origin, pathname, searchParams } = new URL(page.url());
  assert.equal(origin + pathname, shop.home);
  const query = Object.fromEntries(searchParams);
  assert.deepEqual({ ...query, ...expected, order: "4711" }, query);
  return query;
}

async function lookAtDeadLinks(stranger, addresses) {
  for (const [at, address] of addresses.entries()) {
    const response = await stranger.page.goto(address);
    assert.ok([401, 404, 410].includes(response.status()), `${address}: ${response.status()}`);
    await stranger.look(`dead-${at + 1}`);
  }
}
