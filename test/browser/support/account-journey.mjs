/** A whole life of an account, on its pages: from the first visit to its deletion. */

import assert from "node:assert/strict";
import { PASSWORD } from "../../../scripts/client-account.mjs";
import {
  assertAllRefused,
  assertRefused,
  logIn,
  logOut,
  placeOf,
  readBackupCodes,
  register,
  saveBackupCodes,
  scan,
} from "./account.mjs";

const NEW_PASSWORD = "staple battery horse correct";
const LAST_PASSWORD = "another horse, another battery";
const SUBMIT = "main form button.main";
const REMOVE = `a[href$="/remove"]`;
const OFF = "/account/second-factor/off";

/** `other` is the same person elsewhere; `onSetUp`, `onCodes` and `onSecurity` are for who wants more of these pages. */
export async function goThroughAccount(given) {
  const { visitor, step, email } = given;
  step("register");
  await makeAccount(visitor, email);
  step("set up");
  const phone = await setUp(given);
  step("save the backup codes");
  await visitor.look("backup-codes");
  const codes = await readBackupCodes(visitor);
  await given.onCodes?.(codes);
  await saveBackupCodes(visitor);
  await visitor.lookAndWeigh("security");
  step("log out, and in again with a code");
  await logInAgain(visitor, email, phone);
  step("log in elsewhere with a backup code, and end that");
  await endOther(given, codes[0]);
  step("a second authenticator");
  await addAndRemove(given);
  step("new backup codes");
  await renewCodes(visitor, codes);
  step("change the password");
  await changePassword(visitor);
  step("look at the activity, and say that it was somebody else");
  await secure(visitor);
  step("turn it off, after another code");
  await turnOff(visitor, phone);
  step("log in with the last password alone");
  await logOut(visitor);
  await logIn(visitor, email, LAST_PASSWORD);
  assert.equal(placeOf(visitor.page), "/account");
  step("change one's details, and delete the account");
  await leave(visitor);
}

async function makeAccount(visitor, email) {
  const { page, fill, press } = visitor;
  await page.goto("/account");
  assert.match(placeOf(page), /^\/account\/login/);
  await visitor.lookAndWeigh("login");
  await press(`main a[href="/account/register"]`);
  await visitor.lookAndWeigh("register");
  for (const weak of [`${email} is mine`, `my name is ${email}`]) {
    await fill("#email", email);
    await fill("#newPassword", weak);
    await press(SUBMIT);
    await assertRefused(visitor, "newPassword");
  }
  assert.equal(await page.locator("#email").inputValue(), email);
  await visitor.look("register-refused");
  await register(visitor, email);
  await visitor.lookAndWeigh("security-off");
}

/** To the page of the backup codes. */
async function setUp({ visitor, readQrCode, onSetUp }) {
  const { page, fill, press, enterCode } = visitor;
  await press("main a.main");
  await visitor.lookAndWeigh("set-up-name");
  await fill("#name", "Phone");
  await press(SUBMIT);
  await visitor.lookAndWeigh("set-up");
  await onSetUp?.();
  const phone = await scan(visitor, readQrCode);
  const place = placeOf(page);
  await enterCode(phone.wrongCode());
  await assertRefused(visitor, "code");
  assert.equal(placeOf(page), place);
  await visitor.look("set-up-refused");
  await enterCode(await phone.code());
  return phone;
}

async function logInAgain(visitor, email, phone) {
  await logOut(visitor);
  await visitor.lookAndWeigh("logged-out");
  await logIn(visitor, email, NEW_PASSWORD);
  await visitor.page.locator("[role=alert]:focus").waitFor();
  await visitor.look("login-refused");
  await logIn(visitor, email);
  await visitor.lookAndWeigh("login-code");
  await visitor.enterCode(phone.wrongCode());
  await assertRefused(visitor, "code");
  await visitor.look("login-code-refused");
  await visitor.enterCode(await phone.code());
  assert.equal(placeOf(visitor.page), "/account");
}

async function endOther({ visitor, other, email, onSecurity }, backupCode) {
  await logIn(other, email);
  await other.press(`main a[href*="backup_code"]`);
  await other.lookAndWeigh("login-backup-code");
  await other.fill("#code", backupCode.toLowerCase().replaceAll("-", " "));
  await other.press(SUBMIT);
  assert.equal(placeOf(other.page), "/account");

  const { page, press } = visitor;
  await page.reload();
  await visitor.lookAndWeigh("security-two-sessions");
  await onSecurity?.();
  assert.equal(await page.locator("section:has(#sessions) li").count(), 2);
  await press("section:has(#sessions) li button");
  assert.equal(placeOf(page), "/account?done=ended");
  assert.equal(await page.locator("section:has(#sessions) li").count(), 1);
  await other.page.reload();
  assert.match(placeOf(other.page), /^\/account\/login/);
}

async function addAndRemove({ visitor, readQrCode }) {
  const { page, fill, press, enterCode } = visitor;
  await press(`main a[href$="/new-authenticator"]`);
  await fill("#name", "Tablet");
  await press(SUBMIT);
  const tablet = await scan(visitor, readQrCode);
  await enterCode(await tablet.code());
  assert.equal(placeOf(page), "/account?done=confirmed");
  await visitor.lookAndWeigh("security-two-authenticators");
  await rename(visitor, "Tablet", "Work tablet");
  await press(`li:has-text("Work tablet") ${REMOVE}`);
  await visitor.lookAndWeigh("remove");
  await press(SUBMIT);
  assert.equal(placeOf(page), "/account?done=removed");
  assert.equal(await page.locator(REMOVE).count(), 1);
}

/** In its place in the list. */
async function rename({ page, fill, press, look }, name, newName) {
  const item = `li:has(summary:has-text("${name}"))`;
  await page.locator(`${item} summary`).click();
  await look("rename");
  await fill(`${item} input[name=name]`, newName);
  await press(`${item} form button`);
  assert.equal(placeOf(page), "/account?done=renamed");
  assert.equal(await page.locator(`li:has(summary:has-text("${newName}"))`).count(), 1);
}

async function renewCodes(visitor, before) {
  await visitor.press(`main a[href="/account/backup-codes"]`);
  await visitor.lookAndWeigh("new-backup-codes");
  await visitor.press(SUBMIT);
  const codes = await readBackupCodes(visitor);
  assert.ok(codes.every((code) => !before.includes(code)));
  await saveBackupCodes(visitor);
}

async function changePassword(visitor) {
  const { page, fill, press } = visitor;
  await press(`main a[href="/account/password"]`);
  await visitor.lookAndWeigh("password");
  for (const current of [NEW_PASSWORD, PASSWORD]) {
    await fill("#currentPassword", current);
    await fill("#newPassword", NEW_PASSWORD);
    await press(SUBMIT);
    if (current === NEW_PASSWORD) await visitor.look("password-refused");
  }
  assert.equal(placeOf(page), "/account?done=password");
  await visitor.look("password-changed");
}

async function secure(visitor) {
  const { fill, press } = visitor;
  await press(`body > header a[href="/account/activity"]`);
  await visitor.lookAndWeigh("activity");
  await press(`main section:first-of-type li:first-child a[href="/account/secure"]`);
  await visitor.lookAndWeigh("secure");
  for (const next of [NEW_PASSWORD, LAST_PASSWORD]) {
    await fill("#currentPassword", NEW_PASSWORD);
    await fill("#newPassword", next);
    await press(SUBMIT);
    if (next === NEW_PASSWORD) await assertRefused(visitor, "newPassword");
  }
  await readBackupCodes(visitor);
  await saveBackupCodes(visitor, "secured");
  await visitor.look("secured");
}

async function turnOff(visitor, phone) {
  const { page, press } = visitor;
  await page.goto(`/account/prove?next=${OFF}`);
  await visitor.lookAndWeigh("prove");
  await visitor.enterCode(await phone.code());
  assert.equal(placeOf(page), OFF);
  await visitor.lookAndWeigh("turn-off");
  await press(SUBMIT);
  assert.equal(placeOf(page), "/account?done=off");
  assert.equal(await page.locator(REMOVE).count(), 0);
}

async function leave(visitor) {
  const { page, fill, press } = visitor;
  await press(`main a[href="/account/profile"]`);
  await visitor.lookAndWeigh("profile");
  await fill("#username", "ada@home");
  await fill("#personName", "Ada\tL.");
  await press(SUBMIT);
  await assertAllRefused(visitor, ["username", "personName"]);
  await visitor.look("profile-refused");
  await fill("#username", "");
  await fill("#personName", "Ada L.");
  await press(SUBMIT);
  assert.equal(placeOf(page), "/account?done=profile");
  await visitor.look("profile-changed");
  await press(`main a[href="/account/delete"]`);
  await visitor.lookAndWeigh("delete");
  await press(SUBMIT);
  await visitor.look("deleted");
  await page.goto("/account");
  assert.match(placeOf(page), /^\/account\/login/);
}
