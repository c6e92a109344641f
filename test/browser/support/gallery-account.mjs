/**
 * The pages of an account, in an order in which one person can go through many of them. An entry is `{ name, reach, shows, portrait }`:
 * `reach` answers somebody who has the page before them, and `shows` selects what only this page has. A `portrait` is taken for docs/ too.
 */

import { PASSWORD } from "../../../scripts/client-account.mjs";
import { logIn, logOut } from "./account.mjs";
import { ADA, DEVICES } from "./gallery-data.mjs";
import { MAIL_OF_ACCOUNTS } from "./gallery-mail.mjs";
import { ada, member, newcomer, phoneOn } from "./gallery-people.mjs";
import { guestAt, send, visit } from "./gallery-stage.mjs";

const SUBMIT = "main form button.main";
const FAULT = "[role=alert], [aria-invalid]";
const QR = "main .qr";

export const ACCOUNT = [
  { name: "log-in", reach: guestAt("/account/login"), shows: "#login", portrait: true },
  {
    name: "log-in-empty",
    reach: sendingAt("/account/login", { "#login": " ", "#password": " " }),
    shows: FAULT,
  },
  { name: "log-in-refused", reach: refusedLogIn, shows: FAULT },
  {
    name: "log-in-ended",
    reach: guestAt("/account/login?next=%2Faccount%2Fprofile"),
    shows: ".notice",
  },
  { name: "register", reach: guestAt("/account/register"), shows: "#email" },
  {
    name: "register-refused",
    reach: sendingAt("/account/register", {
      "#email": ADA.email,
      "#newPassword": `I am ${ADA.email}`,
    }),
    shows: FAULT,
  },
  { name: "code", reach: codePage, shows: "#code" },
  { name: "code-refused", reach: refusedCode, shows: FAULT },
  { name: "code-backup", reach: backupCodePage, shows: "#code" },
  { name: "code-backup-refused", reach: refusedBackupCode, shows: FAULT },
  { name: "code-over", reach: overCode, shows: FAULT },
  { name: "code-locked", reach: lockedCode, shows: "[role=timer]" },
  { name: "security-off", reach: newcomerAt("/account"), shows: "#second-factor" },
  { name: "prove-password", reach: newcomerAt("/account/prove"), shows: "#password" },
  { name: "set-up-begin", reach: newcomerAt("/account/new-authenticator"), shows: "#name" },
  { name: "set-up", reach: setUp, shows: QR, portrait: true },
  { name: "set-up-refused", reach: refusedSetUp, shows: FAULT },
  { name: "security-pending", reach: pendingSetUp, shows: `main a[href*="/authenticators/"]` },
  { name: "backup-codes", reach: backupCodes, shows: "#codes" },
  { name: "security", reach: adaAt("/account"), shows: `a[href$="/remove"]`, portrait: true },
  { name: "rename", reach: renaming, shows: "details[open] input" },
  { name: "security-done", reach: codesSaved, shows: "[role=status]" },
  { name: "remove", reach: removal, shows: "main button.danger" },
  { name: "turn-off", reach: adaAt("/account/second-factor/off"), shows: "main button.danger" },
  { name: "prove", reach: adaAt("/account/prove"), shows: "#code" },
  { name: "prove-refused", reach: adaSending("/account/prove", { "#code": "12" }), shows: FAULT },
  { name: "resync", reach: adaAt("/account/resync"), shows: "#nextCode" },
  {
    name: "resync-refused",
    reach: adaSending("/account/resync", { "#code": "12", "#nextCode": "34" }),
    shows: FAULT,
  },
  { name: "new-backup-codes", reach: adaAt("/account/backup-codes"), shows: "main form" },
  { name: "password", reach: adaAt("/account/password"), shows: "#newPassword" },
  {
    name: "password-refused",
    reach: adaSending("/account/password", {
      "#currentPassword": "not this one",
      "#newPassword": PASSWORD,
    }),
    shows: FAULT,
  },
  { name: "activity", reach: activity, shows: `main a[href="/account/secure"]` },
  { name: "secure", reach: adaAt("/account/secure"), shows: "#newPassword" },
  {
    name: "secure-refused",
    reach: adaSending("/account/secure", {
      "#currentPassword": PASSWORD,
      "#newPassword": PASSWORD,
    }),
    shows: FAULT,
  },
  { name: "profile", reach: adaAt("/account/profile"), shows: "#personName" },
  {
    name: "profile-refused",
    reach: adaSending("/account/profile", { "#username": "ada@home" }),
    shows: FAULT,
  },
  ...MAIL_OF_ACCOUNTS,
  { name: "delete", reach: adaAt("/account/delete"), shows: "main button.danger" },
  { name: "logged-out", reach: loggedOut, shows: ".notice" },
  { name: "security-hidden", reach: hiddenFactors, shows: `a[href="/account/prove"]` },
  { name: "deleted", reach: deleted, shows: "main p" },
];

function sendingAt(path, fields) {
  return async (stage) => send(await guestAt(path)(stage), fields);
}

function newcomerAt(path) {
  return async (stage) => {
    const guest = await newcomer(stage);
    await visit(guest, path);
    return guest;
  };
}

function adaAt(path) {
  return async (stage) => {
    const guest = await ada(stage);
    await visit(guest, path);
    return guest;
  };
}

function adaSending(path, fields) {
  return async (stage) => send(await adaAt(path)(stage), fields);
}

async function refusedLogIn(stage) {
  const guest = await stage.open();
  await logIn(guest, ADA.email, "correct horse");
  return guest;
}

/** All code pages are of one log-in, which five wrong codes use up, and lock its user. */
function codePage(stage) {
  return stage.once("code page", async () => {
    const guest = stage.keep(await stage.open());
    await logIn(guest, (await member(stage)).email);
    return guest;
  });
}

async function refusedCode(stage) {
  const guest = await codePage(stage);
  await guest.enterCode((await member(stage)).phone.wrongCode());
  return guest;
}

async function backupCodePage(stage) {
  const guest = await codePage(stage);
  await visit(guest, "/account/code?with=backup_code");
  return guest;
}

async function refusedBackupCode(stage) {
  return send(await backupCodePage(stage), { "#code": "ABCD-EFGH-IJKL-MNOP-QRST-UVWX" });
}

function overCode(stage) {
  return stage.once("over", async () => {
    const guest = await codePage(stage);
    await visit(guest, "/account/code");
    const { phone } = await member(stage);
    const field = guest.page.locator("#code");
    while ((await field.count()) > 0) await guest.enterCode(phone.wrongCode());
    return guest;
  });
}

async function lockedCode(stage) {
  const guest = await overCode(stage);
  const { email, phone } = await member(stage);
  await logIn(guest, email);
  await guest.enterCode(phone.wrongCode());
  return guest;
}

async function setUp(stage) {
  const guest = await newcomerAt("/account/new-authenticator")(stage);
  return send(guest, { "#name": "Phone" });
}

async function refusedSetUp(stage) {
  const guest = await setUp(stage);
  await guest.enterCode((await phoneOn(guest.page)).wrongCode());
  return guest;
}

async function pendingSetUp(stage) {
  await setUp(stage);
  return newcomerAt("/account")(stage);
}

/** Once, because a second authenticator comes without codes. */
function backupCodes(stage) {
  return stage.once("backup codes", async () => {
    const guest = await setUp(stage);
    await guest.enterCode(await (await phoneOn(guest.page)).code());
    return guest;
  });
}

async function codesSaved(stage) {
  const guest = await backupCodes(stage);
  await guest.tick("#saved");
  await guest.press(SUBMIT);
  return guest;
}

async function renaming(stage) {
  const guest = await adaAt("/account")(stage);
  await guest.page.locator(`details:has(form[action$="/rename"]) summary`).first().click();
  return guest;
}

async function removal(stage) {
  const guest = await adaAt("/account")(stage);
  await guest.press(`li:has-text("Tablet") a[href$="/remove"]`);
  return guest;
}

/** After somebody else has tried to get in. */
async function activity(stage) {
  await ada(stage);
  await stage.once("intruder", async () => {
    const intruder = await stage.open(DEVICES.laptop);
    await logIn(intruder, ADA.email, "correct horse");
    await logIn(intruder, ADA.email);
  });
  return adaAt("/account/activity")(stage);
}

async function loggedOut(stage) {
  const guest = await adaAt("/account")(stage);
  await logOut(guest);
  return guest;
}

/** From a trusted device nobody has given a code. */
async function hiddenFactors(stage) {
  const guest = await ada(stage);
  await logIn(guest, ADA.email);
  return guest;
}

async function deleted(stage) {
  const guest = await newcomerAt("/account/delete")(stage);
  await guest.press(SUBMIT);
  return guest;
}
