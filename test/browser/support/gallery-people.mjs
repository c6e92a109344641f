/** Makes the gallery's people and apps over the HTTP APIs. */

import { expectStatus } from "../../../scripts/api-client.mjs";
import { PASSWORD } from "../../../scripts/client-account.mjs";
import { logIn } from "./account.mjs";
import { ADA, APPS, customers, DEVICES, people, RETURN_URL } from "./gallery-data.mjs";
import { writeHistory } from "./history.mjs";
import { phoneFor } from "./phone.mjs";

const AUTHENTICATORS = "/auth/authenticators";

/** Makes an account over the user API, of the next person of the list if no other is given. */
export async function makeAccount(stage, person) {
  const next = await stage.once("people", people);
  const { email, username, name } = person ?? next();
  const json = { email, username, name, password: PASSWORD };
  await give(201, stage.callFrom(DEVICES.laptop), "/auth/register", { json });
  return { email, username, name };
}

/** Makes an account with a second factor. Answers the account with its phone and backup codes. */
async function makeMember(stage, person) {
  const account = await makeAccount(stage, person);
  const call = stage.callFrom(DEVICES.laptop);
  const json = { email: account.email, password: PASSWORD };
  const { accessToken: token } = await give(200, call, "/auth/login", { json });
  const enrolled = await enrolAt(call, AUTHENTICATORS, { token, json: { name: "Phone" } });
  return { ...account, ...enrolled };
}

/** Adds a second authenticator, which ends every trust in a device. */
async function addTablet(stage, { accessToken: token }) {
  await enrolAt(stage.callFrom(DEVICES.laptop), AUTHENTICATORS, {
    token,
    json: { name: "Tablet" },
  });
}

/** Logs in over the API with a backup code, as from another device, which is trusted from then on. */
async function logInFrom(stage, device, { email, code }) {
  const call = stage.callFrom(device);
  const json = { email, password: PASSWORD };
  const { challengeToken } = await give(200, call, "/auth/login", { json });
  await give(200, call, "/auth/challenge", { json: { challengeToken, code, trustDevice: true } });
}

/** Somebody who has just registered, for as many pages as want them. */
export function newcomer(stage) {
  return stage.once("newcomer", async () => {
    const guest = stage.keep(await stage.open());
    await logIn(guest, (await makeAccount(stage)).email);
    return guest;
  });
}

/** Ada, who has two authenticators, three sessions and two trusted devices, logged in for as many pages as want her. */
export function ada(stage) {
  return stage.once("ada", async () => {
    await offerTrustedDevices(stage);
    const person = await makeMember(stage, ADA);
    await addTablet(stage, person);
    await logInFrom(stage, DEVICES.phone, { ...person, code: person.backupCodes[0] });
    const guest = stage.keep(await stage.open(DEVICES.desk));
    await logIn(guest, ADA.email);
    await guest.tick("#trust");
    await guest.enterCode(await person.phone.code());
    return guest;
  });
}

/** Somebody with a second factor, on the way in. */
export async function member(stage) {
  await offerTrustedDevices(stage);
  return stage.once("member", () => makeMember(stage));
}

/** The phone that has the authenticator which a page sets up. */
export async function phoneOn(page) {
  return phoneFor(await page.locator(`main a[href^="otpauth:"]`).getAttribute("href"));
}

function offerTrustedDevices(stage) {
  return stage.once("trusted devices", async () => {
    const json = { settings: { trustedDevices: true } };
    const changed = await stage.call("PATCH", "/admin/apps/accounts", {
      token: stage.adminToken,
      json,
    });
    expectStatus(200, changed, "trusted devices");
  });
}

/** The apps with their keys and users, by the apps' names. */
export function apps(stage) {
  return stage.once("apps", async () => {
    const made = {};
    for (const app of APPS) made[app.name] = await makeApp(stage, app);
    return made;
  });
}

async function makeApp(stage, { keys, users, ...app }) {
  const { call, adminToken: token } = stage;
  const { id } = await give(201, call, "/admin/apps", { token, json: app });
  const made = [];
  for (const json of keys) {
    made.push(await give(201, call, `/admin/apps/${id}/keys`, { token, json }));
  }
  const members = {};
  for (const user of users) members[user.userId] = await makeUser(stage, made[0].key, user);
  return { id, key: made[0].key, keyId: made[0].id, users: members };
}

async function makeUser(stage, key, { userId, state }) {
  const { call, adminToken: token } = stage;
  const place = `/v1/users/${userId}/authenticators`;
  const json = { name: "Phone", accountName: userId };
  const enrolled =
    state === "off"
      ? await give(201, call, place, { token: key, json })
      : await enrolAt(call, place, { token: key, json });
  const listed = await call("GET", `/admin/users?query=${userId}`, { token });
  const id = expectStatus(200, listed, userId).items[0].id;
  await BRING_ABOUT[state]({ ...enrolled, call, token, key, userId, id });
  return { ...enrolled, id };
}

/** The shop's own id of another customer. */
export async function nextCustomer(stage) {
  const ids = await stage.once("customers", customers);
  return ids.next().value;
}

/** A user of the shop with an authenticator, for one page. */
export async function makeCustomer(stage) {
  const { key } = (await apps(stage))["My shop"];
  const userId = await nextCustomer(stage);
  return { userId, ...(await makeUser(stage, key, { userId, state: "on" })) };
}

/** How a user gets into a state. */
const BRING_ABOUT = {
  on: (given) => tryCodes(given, [given.phone.code()]),
  off: async () => {},
  locked: (given) => tryCodes(given, wrong(given, 5)),
  // Strikes are forgiven as time passes, and a right code keeps the user from being locked before.
  capped: (given) => tryCodes(given, [...wrong(given, 5), given.phone.code(), ...wrong(given, 9)]),
  async disabled({ call, token, id }) {
    const json = { disabled: true, reason: "Asked for by the shop's support, case 2214" };
    expectStatus(200, await call("PATCH", `/admin/users/${id}`, { token, json }), "disable");
  },
  async reset({ call, token, id }) {
    const json = { reason: "Lost the phone; identity card seen" };
    await give(200, call, `/admin/users/${id}/reset`, { token, json });
  },
};

function wrong({ phone }, count) {
  return Array.from({ length: count }, () => phone.wrongCode());
}

/** As many of them as are looked at. */
async function tryCodes({ call, key, userId }, codes) {
  for (const code of codes) {
    const json = { code: await code, ...DEVICES.phone };
    const answer = await call("POST", `/v1/users/${userId}/verify`, { token: key, json });
    if (answer.body?.code === "locked") return;
    expectStatus(200, answer, userId);
  }
}

/** Enrols and confirms. Answers the phone, and what was answered: for the first one, the backup codes. */
async function enrolAt(call, place, given) {
  const { id, uri } = await give(201, call, place, given);
  const phone = phoneFor(uri);
  const json = { code: await phone.code() };
  const confirmed = await give(200, call, `${place}/${id}/confirm`, { ...given, json });
  return { ...confirmed, phone };
}

/** A link of the shop for its user. */
export async function linkOf(stage, kind, { userId, ...json }) {
  const { key } = (await apps(stage))["My shop"];
  const given = { token: key, json: { userId, returnUrl: RETURN_URL, ...json } };
  return (await give(201, stage.call, `/v1/${kind}-links`, given)).url;
}

/** Everything that the console shows. */
export async function everything(stage) {
  await apps(stage);
  await ada(stage);
  await member(stage);
  await stage.once("others", () => makeAccount(stage));
  await stage.once("history", () => writeHistory(stage.folder));
}

/** The operator, signed in for as many pages as want them. */
export function operator(stage) {
  return stage.once("operator", async () => {
    const guest = stage.keep(await stage.open(DEVICES.desk));
    await guest.page.goto("/console/sign-in");
    await guest.fill("#token", stage.adminToken);
    await guest.press("main form button.main");
    return guest;
  });
}

async function give(status, call, path, given) {
  return expectStatus(status, await call("POST", path, given), path);
}
