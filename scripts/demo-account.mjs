/**
 * Demonstrates the user API: somebody registers, logs in, enrols a phone and logs in with it. Tokens
 * are exchanged, the session is raised, listed and ended, and the phone is removed again.
 */

import { randomBytes } from "node:crypto";
import { expectStatus, shorten } from "./api-client.mjs";
import {
  askUntilRight,
  checkOffline,
  handToPhone,
  sayConfirmed,
  sayPending,
  showBackupCodes,
  title,
} from "./demo-steps.mjs";
import { Refusal } from "./refusal.mjs";

const NEXT = "Each code is good once, so this takes the next one (up to 30 s).";

export async function demonstrateAccount(call, phone, baseUrl) {
  const person = await register(call);
  const first = await logIn(call, person);
  const enrolment = await enrol(call, phone, first);
  await logOut(call, enrolment.tokens);
  const second = await logInWithPhone(call, phone, person, enrolment.code);
  const refreshed = await refresh(call, second.tokens);
  await checkElsewhere(call, refreshed, person);
  const raised = await stepUp(call, phone, refreshed, second.code);
  const elsewhere = await logInElsewhere(call, person, enrolment.backupCodes[0]);
  await listSessions(call, raised);
  await stealRefreshToken(call, elsewhere);
  await removeAuthenticator(call, raised, enrolment.id);
  title("That is all. Go on by yourself:");
  const { email, password } = person;
  console.log(`   curl ${baseUrl}/auth/login -H 'Content-Type: application/json' \\`);
  console.log(`     -d '${JSON.stringify({ email, password })}'`);
  console.log(`   ${baseUrl}/docs has the whole API.\n`);
}

async function register(call) {
  title("1  Somebody registers");
  const password = randomBytes(15).toString("base64url");
  const email = `ada.${randomBytes(4).toString("hex")}@example.com`;
  const json = { email, password, name: "Ada" };
  const made = await call("POST", "/auth/register", { json, say: ({ user }) => user.id });
  const { user } = expectStatus(201, made, "Registering");
  return { id: user.id, email, password };
}

async function logIn(call, person) {
  title("2  They log in with the password");
  return expectTokens(givePassword(call, person, sayTokens), "Logging in");
}

/** Makes the first step of a login, whatever follows. */
function givePassword(call, { email, password }, say) {
  return call("POST", "/auth/login", { json: { email, password }, say });
}

async function enrol(call, phone, { accessToken: token }) {
  title("3  They set up a second factor");
  console.log(
    "   Within five minutes of the log-in: so long the password is fresh enough for it.\n",
  );
  const path = "/auth/authenticators";
  const json = { name: "Demo phone" };
  const made = await call("POST", path, { token, json, say: sayPending });
  const pending = expectStatus(201, made, "Enrolling");
  handToPhone(phone, pending);
  const asked = { question: "The code that it shows:", what: "Confirming" };
  const { code, body } = await askUntilRight(phone, asked, (typed) =>
    call("POST", `${path}/${pending.id}/confirm`, {
      token,
      json: { code: typed },
      say: sayRaised,
    }),
  );
  showBackupCodes(body.backupCodes);
  return { id: pending.id, code, backupCodes: body.backupCodes, tokens: body };
}

async function logOut(call, { accessToken, refreshToken }) {
  title("4  They log out, and the access token is worth nothing here");
  const done = await call("POST", "/auth/logout", { json: { refreshToken }, say: "logged out" });
  expectStatus(204, done, "Logging out");
  await expectEnd(seeProfile(call, accessToken), "unauthorized");
}

async function logInWithPhone(call, phone, person, spent) {
  title("5  They log in again: the password alone gets a challenge, and no session");
  const challengeToken = await challengeOf(call, person);
  console.log(`\n   ${NEXT}`);
  const asked = { question: "The next code:", spent, what: "Answering" };
  const { code, body } = await askUntilRight(phone, asked, (typed) =>
    answerChallenge(call, challengeToken, typed),
  );
  return { code, tokens: body };
}

async function challengeOf(call, person) {
  const answered = await givePassword(call, person, sayChallenge);
  const { challengeToken } = expectStatus(200, answered, "Logging in");
  if (!challengeToken) throw new Refusal("A password alone opened an account with two factors!");
  return challengeToken;
}

/** Makes the second step of a login. */
function answerChallenge(call, challengeToken, code) {
  return call("POST", "/auth/challenge", { json: { challengeToken, code }, say: sayTokens });
}

async function refresh(call, { refreshToken }) {
  title("6  The access token lives five minutes; the refresh token gets the next pair");
  return expectTokens(exchange(call, refreshToken), "Refreshing");
}

/** Shows what another service does with an access token that it is given. */
async function checkElsewhere(call, { accessToken }, person) {
  console.log("\n   Another service checks the access token offline, with the public keys:\n");
  const expected = { typ: "at+jwt", audience: "accounts" };
  const { sub } = await checkOffline(call, accessToken, expected);
  if (sub !== person.id) throw new Refusal("The access token is somebody else's.");
}

function exchange(call, refreshToken) {
  return call("POST", "/auth/refresh", { json: { refreshToken }, say: sayTokens });
}

async function stepUp(call, phone, { accessToken: token }, spent) {
  title("7  What changes factors, names or password needs a code of the last five minutes");
  console.log(`   ${NEXT}`);
  const asked = { question: "The next code:", spent, what: "Stepping up" };
  const { body } = await askUntilRight(phone, asked, (code) =>
    call("POST", "/auth/step-up", { token, json: { code }, say: sayTokens }),
  );
  return body;
}

async function logInElsewhere(call, person, backupCode) {
  title("8  They log in on another device, with a backup code, and look at their sessions");
  const answered = answerChallenge(call, await challengeOf(call, person), backupCode);
  return expectTokens(answered, "Answering with a backup code");
}

async function listSessions(call, { accessToken: token }) {
  const listed = await call("GET", "/auth/sessions", { token, say: saySessions });
  const { sessions } = expectStatus(200, listed, "Listing sessions");
  for (const { id, aal, current, expiresAt } of sessions) {
    console.log(`       ${id}  level ${aal}, until ${expiresAt}${current ? ", this one" : ""}`);
  }
}

/** Uses a refresh token twice. It takes a session of its own, which ends by that. */
async function stealRefreshToken(call, { refreshToken: copied }) {
  title("9  Somebody has copied the other device's refresh token: the second use ends its session");
  const next = await expectTokens(exchange(call, copied), "Refreshing");
  await expectEnd(exchange(call, copied), "session_ended");
  console.log("\n   The newest tokens ended with it, whoever has them:\n");
  await expectEnd(exchange(call, next.refreshToken), "session_ended");
  await expectEnd(seeProfile(call, next.accessToken), "unauthorized");
}

async function removeAuthenticator(call, { accessToken: token }, id) {
  title("10  They remove the second factor, and the backup codes go with it");
  const say = "removed";
  const removed = await call("DELETE", `/auth/authenticators/${id}`, { token, say });
  expectStatus(204, removed, "Removing the authenticator");
  const seen = await seeProfile(call, token);
  // If the service requires a second factor, nothing else is left to do.
  if (seen.body?.code === "enrolment_required") return;
  const { twoFactor } = expectStatus(200, seen, "Looking at the account");
  if (twoFactor) throw new Refusal("The account still has a second factor.");
}

function seeProfile(call, token) {
  return call("GET", "/auth/me", { token, say: sayProfile });
}

async function expectTokens(answered, what) {
  return expectStatus(200, await answered, what);
}

async function expectEnd(answered, code) {
  const { status, body } = await answered;
  if (body?.code !== code) throw new Refusal(`Expected ${code}, got ${status} ${body?.code ?? ""}`);
}

function sayTokens({ accessToken, refreshToken }) {
  return `access token ${shorten(accessToken, 24)}, refresh token ${shorten(refreshToken, 24)}`;
}

function sayRaised(confirmed) {
  return `${sayConfirmed(confirmed)}; ${sayTokens(confirmed)}`;
}

function sayChallenge({ status, methods }) {
  return methods ? `${status}, by ${methods.join(" or ")}` : status;
}

function saySessions({ sessions }) {
  return `${sessions.length} sessions`;
}

function sayProfile({ email, twoFactor }) {
  return `${email}, ${twoFactor ? "two factors" : "password only"}`;
}
