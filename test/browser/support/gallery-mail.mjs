/** The pages of mail in the gallery. For what an entry is, see gallery-account.mjs. */

import { PASSWORD } from "../../../scripts/client-account.mjs";
import { logIn } from "./account.mjs";
import { ADA } from "./gallery-data.mjs";
import { makeAccount, operator } from "./gallery-people.mjs";
import { guestAt, send, visit } from "./gallery-stage.mjs";
import { readMailedCode } from "./mail.mjs";

const FAULT = "[role=alert], [aria-invalid]";
const CODE = "#mailedCode";
const OUTBOX = "/console/outbox";
const SEND_CODE = `form[action="/account/email/code"] button`;
const WRONG = "12345678";

export const MAIL_OF_ACCOUNTS = [
  { name: "mail-forgotten", reach: guestAt("/account/forgotten"), shows: "#email" },
  { name: "mail-forgotten-code", reach: forgotten(), shows: CODE },
  {
    name: "mail-forgotten-code-refused",
    reach: forgotten({ [CODE]: WRONG, "#newPassword": `${PASSWORD} again` }),
    shows: FAULT,
  },
  { name: "mail-confirm", reach: confirming(), shows: CODE },
  { name: "mail-confirm-refused", reach: refusedCode, shows: FAULT },
  { name: "mail-confirmed", reach: confirmed, shows: ".notice.good" },
  { name: "mail-password-set", reach: resetPassword, shows: ".notice.good" },
];

export const MAIL_OF_CONSOLE = [
  { name: "console-mail", reach: outbox, shows: ".framed li" },
  { name: "console-mail-letter", reach: letter, shows: "iframe" },
  { name: "console-mail-tested", reach: tested, shows: ".notice.good" },
];

function forgotten(fields) {
  return async (stage) => {
    const guest = await send(await guestAt("/account/forgotten")(stage), { "#email": ADA.email });
    return fields ? send(guest, fields) : guest;
  };
}

/** Somebody with an address to confirm, logged in for as many pages as want them. */
function reader(stage) {
  return stage.once("reader", async () => {
    const { email } = await makeAccount(stage);
    const guest = stage.keep(await stage.open());
    await logIn(guest, email);
    await guest.press(SEND_CODE);
    return { guest, email };
  });
}

function confirming() {
  return async (stage) => {
    const { guest } = await reader(stage);
    await visit(guest, "/account/email");
    return guest;
  };
}

/** A whole code is sent by itself. */
async function enterCode(guest, code) {
  const { page } = guest;
  await Promise.all([page.waitForEvent("load"), page.locator(CODE).pressSequentially(code)]);
  return guest;
}

async function refusedCode(stage) {
  return enterCode(await confirming()(stage), WRONG);
}

async function confirmed(stage) {
  const { email } = await reader(stage);
  const code = await readMailedCode((await operator(stage)).page, email);
  return enterCode(await confirming()(stage), code);
}

async function resetPassword(stage) {
  const { email } = await reader(stage);
  const guest = await send(await guestAt("/account/forgotten")(stage), { "#email": email });
  const code = await readMailedCode((await operator(stage)).page, email);
  return send(guest, { [CODE]: code, "#newPassword": `${PASSWORD} again` });
}

async function outbox(stage) {
  await reader(stage);
  const guest = await operator(stage);
  await visit(guest, OUTBOX);
  return guest;
}

async function letter(stage) {
  const guest = await outbox(stage);
  await guest.press(":nth-match(.framed a, 1)");
  return guest;
}

async function tested(stage) {
  return send(await outbox(stage), { "#email": ADA.email });
}
