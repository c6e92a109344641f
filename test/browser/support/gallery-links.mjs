/** The pages behind an app's links, and the pages of problems. For what an entry is, see gallery-account.mjs. */

import { expectStatus } from "../../../scripts/api-client.mjs";
import { ADA } from "./gallery-data.mjs";
import { linkOf, makeCustomer, nextCustomer, phoneOn } from "./gallery-people.mjs";
import { ADDRESS_HEADER, guestAt, visit } from "./gallery-stage.mjs";

const SUBMIT = "main form button.main";
const FAULT = "[role=alert], [aria-invalid]";
/** Of a minute, for one address (wrangler.toml). */
const ADDRESS_LIMIT = 300;

export const LINKS = [
  { name: "link-enrol", reach: enrolment, shows: SUBMIT },
  { name: "link-enrol-set-up", reach: opened, shows: "main .qr" },
  { name: "link-enrol-refused", reach: refused, shows: FAULT },
  { name: "link-enrol-prove", reach: proof, shows: "#code" },
  { name: "link-enrol-backup-codes", reach: confirmed, shows: "#codes" },
  { name: "link-enrol-done", reach: done, shows: "main a.main" },
  { name: "link-challenge", reach: challenge, shows: "#code" },
  { name: "link-challenge-backup", reach: challengeByBackupCode, shows: "#code" },
  { name: "link-challenge-refused", reach: challengeRefused, shows: FAULT },
  { name: "link-challenge-used-up", reach: challengeUsedUp, shows: FAULT },
  { name: "link-challenge-over", reach: challengeCancelled, shows: FAULT },
];

export const PROBLEMS = [
  { name: "page-not-found", reach: nowhere, shows: "main h1" },
  { name: "problem-link-used", reach: usedLink, shows: "main code" },
  { name: "problem-link-unknown", reach: guestAt("/challenge/sgc_junk"), shows: "main code" },
  { name: "problem-no-link", reach: guestAt("/enrol"), shows: "main code" },
  { name: "problem-registration-closed", reach: closedRegistration, shows: "main code" },
  { name: "problem-rate-limited", reach: rateLimited, shows: "main code" },
];

async function nowhere(stage) {
  const guest = await stage.open();
  await guest.page.goto("/nothing-here");
  return guest;
}

async function follow(stage, kind, given) {
  const url = await linkOf(stage, kind, given);
  const guest = await stage.open();
  await guest.page.goto(url);
  return guest;
}

/** A link for a customer who has nothing yet. */
async function enrolment(stage) {
  return follow(stage, "enrolment", { userId: await nextCustomer(stage), accountName: ADA.email });
}

async function opened(stage) {
  const guest = await enrolment(stage);
  await guest.press(SUBMIT);
  return guest;
}

async function refused(stage) {
  const guest = await opened(stage);
  await guest.enterCode((await phoneOn(guest.page)).wrongCode());
  return guest;
}

async function confirmed(stage) {
  const guest = await opened(stage);
  await guest.enterCode(await (await phoneOn(guest.page)).code());
  return guest;
}

async function done(stage) {
  const guest = await confirmed(stage);
  await visit(guest, "/enrol");
  return guest;
}

/** A customer who has an authenticator gives a code first. */
async function proof(stage) {
  const { userId } = await makeCustomer(stage);
  const guest = await follow(stage, "enrolment", { userId, accountName: ADA.email });
  await guest.press(SUBMIT);
  return guest;
}

async function challenge(stage) {
  const { userId, phone } = await makeCustomer(stage);
  const guest = await follow(stage, "challenge", { userId, purpose: "Order 4711, 129.90 €" });
  return { ...guest, phone };
}

async function challengeByBackupCode(stage) {
  const guest = await challenge(stage);
  await guest.press(`main a[href*="backup_code"]`);
  return guest;
}

async function challengeRefused(stage) {
  const guest = await challenge(stage);
  await guest.enterCode(guest.phone.wrongCode());
  return guest;
}

async function challengeUsedUp(stage) {
  const guest = await challenge(stage);
  for (let tries = 0; tries < 5; tries++) await guest.enterCode(guest.phone.wrongCode());
  return guest;
}

/** Cancelled in another window. Going back to the app is left out, because there is none. */
async function challengeCancelled(stage) {
  const guest = await challenge(stage);
  const { page } = guest;
  const headers = { origin: stage.baseUrl, "sec-fetch-site": "same-origin" };
  const form = { cancel: "yes" };
  await page.context().request.post(page.url(), { form, headers, maxRedirects: 0 });
  await page.reload();
  return guest;
}

/** Followed in another browser than the one that opened it. */
async function usedLink(stage) {
  const url = await linkOf(stage, "enrolment", {
    userId: await nextCustomer(stage),
    accountName: ADA.email,
  });
  const first = await stage.open();
  await first.page.goto(url);
  await first.press(SUBMIT);
  const guest = await stage.open();
  await guest.page.goto(url);
  return guest;
}

/** Opened again at once, because other pages register people. */
async function closedRegistration(stage) {
  await setRegistration(stage, "closed");
  try {
    return await guestAt("/account/register")(stage);
  } finally {
    await setRegistration(stage, "open");
  }
}

async function setRegistration({ call, adminToken: token }, registration) {
  const json = { settings: { registration } };
  expectStatus(200, await call("PATCH", "/admin/apps/accounts", { token, json }), registration);
}

/** Of an address of its own. A minute may begin in between. */
async function rateLimited(stage) {
  const ip = "192.0.2.66";
  const ask = () => fetch(`${stage.baseUrl}/account/login`, { headers: { [ADDRESS_HEADER]: ip } });
  for (let asked = 0; asked < 2 * ADDRESS_LIMIT; asked++) {
    if ((await ask()).status === 429) break;
  }
  const guest = await stage.open({ ip });
  await visit(guest, "/account/login");
  return guest;
}
