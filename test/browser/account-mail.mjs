/** Mail on one's own machine: an address that is confirmed, and a password that is forgotten. */

import assert from "node:assert/strict";
import { PASSWORD } from "../../scripts/client-account.mjs";
import { assertRefused, logIn, logOut, placeOf, register } from "./support/account.mjs";
import { readMailedCode } from "./support/mail.mjs";
import { visitor as visit } from "./support/visitor.mjs";

export const name = "mail: an address that is confirmed, and a forgotten password";

const ANOTHER = "another horse battery staple";
const CODE = "#mailedCode";
const SUBMIT = "main form button.main";
const CONFIRM = `form[action="/account/email/code"] button`;
const WRONG = "12345678";

export async function run(given) {
  const { openPage, step } = given;
  const operator = await signIn(given);
  for (const { javaScript, email } of [
    { javaScript: true, email: "mail@example.com" },
    { javaScript: false, email: "mail-plain@example.com" },
  ]) {
    const page = await openPage({ width: 390, javaScript });
    const visitor = visit(page, { prefix: `mail-${javaScript ? "script" : "plain"}`, javaScript });
    step(`confirm ${email}`);
    await confirm(visitor, operator, email);
    step(`forget the password of ${email}`);
    await forget(visitor, operator, email);
  }
  step("look at the outbox");
  await lookAtOutbox(operator);
}

async function signIn({ openPage, adminToken }) {
  const operator = visit(await openPage({ width: 390 }), { prefix: "mail-console" });
  await operator.page.goto("/console/sign-in");
  await operator.fill("#token", adminToken);
  await operator.press(SUBMIT);
  return operator;
}

async function confirm(visitor, operator, email) {
  const { page, press, look } = visitor;
  await page.goto("/account/register");
  await register(visitor, email);
  await look("unconfirmed");
  await press(CONFIRM);
  assert.equal(placeOf(page), "/account/email");
  await visitor.lookAndWeigh("confirm");
  await enterCode(visitor, WRONG);
  await assertRefused(visitor, "mailedCode");
  await look("confirm-refused");
  await press(CONFIRM);
  await enterCode(visitor, await readMailedCode(operator.page, email));
  assert.equal(placeOf(page), "/account?done=email");
  assert.equal(await page.locator(CONFIRM).count(), 0);
  await look("confirmed");
  await logOut(visitor);
}

/** The script sends a whole code by itself. */
async function enterCode({ page, javaScript, fill, press }, code) {
  if (javaScript) {
    await Promise.all([page.waitForEvent("load"), page.locator(CODE).pressSequentially(code)]);
  } else {
    await fill(CODE, code);
    await press(SUBMIT);
  }
}

async function forget(visitor, operator, email) {
  const { page, fill, press, look } = visitor;
  await press(`main a[href="/account/forgotten"]`);
  await visitor.lookAndWeigh("forgotten");
  await fill("#email", email);
  await press(SUBMIT);
  assert.equal(placeOf(page), "/account/forgotten");
  await look("code");
  await fill(CODE, "1234");
  await fill("#newPassword", " ".repeat(15));
  await press(SUBMIT);
  await assertRefused(visitor, "mailedCode");
  const code = await readMailedCode(operator.page, email);
  // Here a whole code is not all, so the script does not send it.
  await page.locator(CODE).pressSequentially(code);
  await fill("#newPassword", `I am ${email}`);
  await press(SUBMIT);
  await assertRefused(visitor, "newPassword");
  await look("password-refused");
  await fill(CODE, code);
  await fill("#newPassword", ANOTHER);
  await press(SUBMIT);
  assert.equal(placeOf(page), "/account/login?done=reset");
  await look("password-set");
  await logIn(visitor, email, PASSWORD);
  assert.equal(placeOf(page), "/account/login");
  await logIn(visitor, email, ANOTHER);
  assert.equal(placeOf(page), "/account");
}

/** A letter is shown as mail software shows it, in a frame of its own in which nothing runs. */
async function lookAtOutbox(operator) {
  const { page, fill, press, look } = operator;
  await page.goto("/console/outbox");
  await operator.lookAndWeigh("outbox");
  await press(`main li:has-text("mail-plain@example.com") a >> nth=1`);
  const [code] = /^\d{8}$/m.exec(await page.locator("pre").innerText()) ?? [];
  const shown = await page.frameLocator("iframe").locator("p").first().innerText();
  assert.equal(shown, code);
  await look("letter");
  await press(`main p a[href="/console/outbox"]`);
  await fill("#email", "operator@example.com");
  await press(SUBMIT);
  assert.equal(placeOf(page), "/console/outbox?done=test_sent");
  await page.locator(`main li:has-text("operator@example.com")`).waitFor();
  await look("tested");
}
