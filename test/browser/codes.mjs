/** Codes as people give them: of six digits, of eight, of both, key by key, and from the clipboard in whatever form. */

import assert from "node:assert/strict";
import { withShop } from "./support/shop.mjs";
import { visitor as visit } from "./support/visitor.mjs";

export const name = "codes of any length and form, which the page sends when they are whole";

/** Longer than a page takes that sends by itself. */
const WHILE_MS = 700;
const FIELD = "#code";
const SUBMIT = "main form button.main";

export async function run({ call, adminToken, openPage, step }) {
  await withShop({ call, adminToken }, async (shop) => {
    const page = await openPage({ mayVisit: [shop.origin] });
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const posted = [];
    page.on("request", (request) => {
      if (request.method() === "POST")
        posted.push(new URLSearchParams(request.postData()).get("code"));
    });
    const given = { visitor: visit(page, { prefix: "codes" }), shop, posted };
    step("eight digits, key by key");
    await typeEight(given);
    step("six digits or eight");
    await typeSixOfBoth(given);
    step("from the clipboard");
    await pasteAll(given, step);
  });
}

/** Answered by one request, with all of the digits. */
async function typeEight(given) {
  const { visitor, shop, posted } = given;
  const { phone } = await shop.enrol("eight", 8);
  await open(given, "eight");
  assert.match(await visitor.page.locator("#code-hint").innerText(), /^8 digits/);
  await visitor.look("eight");
  const code = await phone.code();
  await visitor.enterCode(code);
  assertBack(given);
  assert.deepEqual(posted.splice(0), [code]);
}

/** Which of the two it will be, the page cannot know. */
async function typeSixOfBoth(given) {
  const { visitor, shop, posted } = given;
  const { page, press } = visitor;
  const { phone } = await shop.enrol("both", 6);
  const { phone: other } = await shop.enrol("both", 8);
  for (const code of [await phone.code(), await other.code()]) {
    await open(given, "both");
    assert.match(await page.locator("#code-hint").innerText(), /^6–8 digits/);
    await page.locator(FIELD).pressSequentially(code);
    await page.waitForTimeout(WHILE_MS);
    assert.deepEqual(posted, []);
    await press(SUBMIT);
    assertBack(given);
    assert.deepEqual(posted.splice(0), [code]);
  }
}

/** Whole codes are sent by themselves; a backup code, which the page does not expect, with the button. */
async function pasteAll(given, step) {
  const { visitor, shop, posted } = given;
  const { page, press } = visitor;
  const { phone, backupCodes } = await shop.enrol("clipboard", 6);
  const forms = [
    inArabic,
    (code) => `\u200e${code.slice(0, 3)}\u2060 \u2212 ${code.slice(3)}\u200b`,
  ];
  for (const form of forms) {
    const text = form(await phone.code());
    step(`from the clipboard: ${JSON.stringify(text)}`);
    await open(given, "clipboard");
    await Promise.all([page.waitForEvent("load"), paste(page, text)]);
    assertBack(given);
    assert.deepEqual(posted.splice(0), [text]);
  }
  step("a backup code with its number in the list, from the clipboard");
  await open(given, "clipboard");
  await paste(page, `3. ${backupCodes[2]}`);
  await page.waitForTimeout(WHILE_MS);
  assert.deepEqual(posted, []);
  await press(SUBMIT);
  assertBack(given);
}

/** In two groups, as Arabic keyboards write digits. */
function inArabic(code) {
  const digits = Array.from(code, (digit) => String.fromCodePoint(0x660 + Number(digit)));
  return `${digits.slice(0, 3).join("")} ${digits.slice(3).join("")}`;
}

async function open({ visitor, shop }, userId) {
  const { url } = await shop.challengeLink(userId, "payment:4711");
  await visitor.page.goto(url);
}

async function paste(page, text) {
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await page.locator(FIELD).press("Control+V");
}

function assertBack({ visitor: { page }, shop }) {
  const { origin, pathname, searchParams } = new URL(page.url());
  assert.deepEqual([origin + pathname, searchParams.get("result")], [shop.home, "success"]);
}
