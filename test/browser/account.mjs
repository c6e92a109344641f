/** The account pages as most people have them: a wide window, light, in English, with JavaScript and a mouse. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { goThroughAccount } from "./support/account-journey.mjs";
import { readBackupCodes } from "./support/account.mjs";
import { visitor as visit } from "./support/visitor.mjs";

export const name = "the account pages, at a desk";

const PREFIX = "account";
const PHONE = { width: 360, height: 740 };
const ELSEWHERE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

export async function run({ openPage, readQrCode, step, portray }) {
  const visitor = visit(await openPage({}), { prefix: PREFIX });
  const { page } = visitor;
  const elsewhere = await openPage({ width: 390, userAgent: ELSEWHERE });
  await goThroughAccount({
    visitor,
    other: visit(elsewhere, { prefix: PREFIX }),
    email: "ada@example.com",
    readQrCode,
    step,
    onSetUp: async () => {
      await findCodeField(page);
      await portray(page, "set-up");
    },
    onCodes: (codes) => keepCodes(visitor, codes),
    onSecurity: () => portray(page, "security"),
  });
}

/** On a phone, which shows the QR code and the field for the code together. */
async function findCodeField(page) {
  const before = page.viewportSize();
  await page.setViewportSize(PHONE);
  await page.goto(page.url());
  assert.equal(await page.evaluate(() => window.scrollY), 0);
  const { y, height } = await page.locator("#code").boundingBox();
  const bottom = y + height;
  assert.ok(bottom <= PHONE.height, `the code's field ends at ${bottom} of ${PHONE.height}`);
  await page.setViewportSize(before);
}

/** What only the script offers. */
async function keepCodes(visitor, codes) {
  const { page } = visitor;
  const text = codes.join("\n");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const copy = page.locator("[data-copy]");
  await copy.click();
  await page.locator("[data-copy]", { hasText: await copy.getAttribute("data-done") }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("[data-download]").click(),
  ]);
  assert.equal(download.suggestedFilename(), "backup-codes.txt");
  assert.equal(await readFile(await download.path(), "utf8"), `${text}\n`);

  await page.evaluate(() => (window.print = () => (document.body.dataset.printed = "yes")));
  await page.locator("[data-print]").click();
  assert.equal(await page.locator("body").getAttribute("data-printed"), "yes");
  await page.emulateMedia({ media: "print" });
  await readBackupCodes(visitor);
  assert.equal(await page.locator("main button:visible").count(), 0);
  await page.emulateMedia({ media: null });
}
