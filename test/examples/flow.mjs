/** What a user does with an example app, and what nobody may do. It ends with the service down. */

import assert from "node:assert/strict";
import { takeFaults } from "../browser/support/page.mjs";
import { phoneWith } from "./phone.mjs";
import {
  ADA,
  assertAt,
  assertIn,
  assertOut,
  assertRefused,
  assertUnavailable,
  GRACE,
  visitor as visit,
} from "./visitor.mjs";

const BACKUP_CODE = /^[A-Z2-7]{4}(-[A-Z2-7]{4}){5}$/;
const FORMS = ["/log-in", "/code", "/set-up", "/confirm", "/backup-codes", "/log-out"];
const CODE_PAGE = ["/code", "Enter a code"];

export async function run({ openPage, step, stopService, ...given }) {
  const ada = visit(await openPage());
  step("the password alone, without a factor");
  await logInWithPasswordAlone(ada);
  step("forms of another site");
  await refuseForeignForms(ada.page);
  step("set up");
  const { phone, spent, backupCodes } = await setUp(ada, given);
  step("a code after the password");
  await logInWithCode(ada, phone, spent);
  step("a second authenticator");
  await addAnother(ada, { phone, backupCode: backupCodes[0], ...given });
  step("new backup codes");
  const newCodes = await renewBackupCodes(ada, phone);
  step("backup codes at log-in");
  await logInWithBackupCode(ada, { voidCode: backupCodes[1], code: newCodes[0] });
  step("another user, who has no factor");
  const grace = visit(await openPage());
  assert.equal((await grace.logIn(GRACE)).status(), 200);
  await assertIn(grace.page, GRACE);
  await grace.logOut();
  step("the service is down");
  await stayOutWithoutService({ ada, grace, code: newCodes[1], stopService });
}

async function logInWithPasswordAlone(ada) {
  const { page, logIn } = ada;
  await page.goto("/");
  await assertAt(page, "/log-in", "Log in");
  await assertOut(page);
  for (const email of [ADA.email, "nobody@example.com"]) {
    await logIn({ email, password: GRACE.password });
    await assertAt(page, "/log-in", "Log in");
    const alert = await page.getByRole("alert").innerText();
    assert.equal(alert, "The e-mail or the password is wrong.");
    await assertOut(page);
  }
  assert.equal((await logIn(ADA)).status(), 200);
  await assertIn(page, ADA);
}

/** With all the cookies, but from a page of another origin. */
async function refuseForeignForms(page) {
  const headers = { origin: "https://elsewhere.example" };
  for (const path of FORMS) {
    const form = { email: GRACE.email, username: GRACE.email, password: GRACE.password, code: "1" };
    const response = await page.request.post(path, { headers, form, maxRedirects: 0 });
    assert.equal(response.status(), 403, path);
  }
  await assertIn(page, ADA);
}

async function setUp(ada, given) {
  const { page, press, enter, follow } = ada;
  await follow("Set up an authenticator");
  await assertAt(page, "/set-up", "Set up an authenticator");
  assert.equal(await page.getByRole("textbox").count(), 0, "there is no factor to prove");
  await press("Start");
  const phone = await scan(page, given);
  const refused = await enter("First code", phone.wrongCode(), "Confirm");
  await assertRefused(page, refused, "/confirm", "Scan the QR code");
  const spent = await phone.code();
  await enter("First code", spent, "Confirm");
  const backupCodes = await readBackupCodes(page, "/confirm");
  await follow("I have kept them");
  await assertIn(page, ADA);
  await ada.logOut();
  await assertOut(page);
  return { phone, spent, backupCodes };
}

async function scan(page, { readQrCode, tools }) {
  await assertAt(page, "/set-up", "Scan the QR code");
  const phone = phoneWith(await readQrCode(page.getByRole("img", { name: "QR code" })), tools);
  await page.getByText(phone.secret, { exact: true }).waitFor();
  assert.ok(phone.account.startsWith(ADA.email), phone.account);
  return phone;
}

async function readBackupCodes(page, path) {
  await assertAt(page, path, "Your backup codes");
  const codes = await page.getByRole("listitem").allInnerTexts();
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) assert.match(code, BACKUP_CODE);
  return codes;
}

async function logInWithCode(ada, phone, spent) {
  const { page, enter, logIn } = ada;
  await logIn(ADA);
  await assertAt(page, ...CODE_PAGE);
  await assertOut(page);
  for (const code of [spent, phone.wrongCode(), "no code"]) {
    await assertRefused(page, await enter("Code", code, "Continue"), ...CODE_PAGE);
    await assertOut(page);
  }
  await enter("Code", await phone.code(), "Continue");
  await assertIn(page, ADA);
}

/** Only after a code of the present factor. A backup code is one, for those whose phone is lost. */
async function addAnother(ada, { phone, backupCode, ...given }) {
  const { page, enter, enterBackupCode, follow } = ada;
  await follow("Set up an authenticator");
  const refused = await enter("Code", phone.wrongCode(), "Start");
  await assertRefused(page, refused, "/set-up", "Set up an authenticator");
  await enterBackupCode(backupCode);
  const second = await scan(page, given);
  await enter("First code", await second.code(), "Confirm");
  await assertAt(page, "/", "Your account");
}

async function renewBackupCodes(ada, phone) {
  const { page, enter, follow } = ada;
  await follow("New backup codes");
  await assertAt(page, "/backup-codes", "New backup codes");
  const refused = await enter("Code", phone.wrongCode(), "Make new codes");
  await assertRefused(page, refused, "/backup-codes", "New backup codes");
  await enter("Code", await phone.code(), "Make new codes");
  const codes = await readBackupCodes(page, "/backup-codes");
  await ada.logOut();
  return codes;
}

async function logInWithBackupCode(ada, { voidCode, code }) {
  const { page, enterBackupCode, logIn, logOut } = ada;
  await logIn(ADA);
  await assertRefused(page, await enterBackupCode(voidCode), ...CODE_PAGE);
  await enterBackupCode(code);
  await assertIn(page, ADA);
  await logOut();
  await logIn(ADA);
  await assertRefused(page, await enterBackupCode(code), ...CODE_PAGE);
  await assertOut(page);
}

/** Neither a right code that has just been asked for, nor a right password, even without a factor. */
async function stayOutWithoutService({ ada, grace, code, stopService }) {
  await stopService();
  await assertUnavailable(ada.page, await ada.enterBackupCode(code));
  await assertOut(ada.page);
  for (const { person, user } of [
    { person: ada, user: ADA },
    { person: grace, user: GRACE },
  ]) {
    await assertUnavailable(person.page, await person.logIn(user));
    await assertOut(person.page);
    takeFaults(person.page.context());
  }
}
