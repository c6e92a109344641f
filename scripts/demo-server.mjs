/**
 * Demonstrates the server API: an app enrols a user's phone and verifies a code, and the same code is
 * then refused. A challenge is answered with a backup code, and its assertion is checked as a back end
 * would check it.
 */

import { join } from "node:path";
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
import { readSecrets } from "./secrets.mjs";
import { ROOT } from "./wrangler.mjs";

const USER = "ada";
const PURPOSE = "payment:4711";

export async function demonstrateServer(call, phone, baseUrl) {
  const app = await createDemoApp(call);
  const { code, backupCodes } = await enrol(call, app, phone);
  await verifyOnce(call, app, phone, code);
  await answerChallenge(call, app, backupCodes[0]);
  title("That is all. Go on by yourself:");
  console.log(`   curl -H 'Authorization: Bearer ${app.key}' ${baseUrl}/v1/users/${USER}`);
  console.log(`   ${baseUrl}/docs has the whole API.\n`);
}

/** Does the operator's part, once per application. Gives the app's id and key, and how it was made. */
export async function createDemoApp(call) {
  title("1  The operator makes an app, and an API key for its back end");
  const token = process.env.ADMIN_TOKEN || readSecrets(join(ROOT, ".dev.vars")).ADMIN_TOKEN;
  const made = await call("POST", "/admin/apps", {
    token,
    json: { name: "Stepgate demo" },
    say: (app) => app.id,
  });
  if (made.status === 401) throw new Refusal("The server has another ADMIN_TOKEN than .dev.vars.");
  const { id } = expectStatus(201, made, "Creating the app");
  const keyMade = await call("POST", `/admin/apps/${id}/keys`, {
    token,
    json: { name: "demo" },
    say: ({ key, scopes }) => `${shorten(key, 24)} may: ${scopes.join(", ")}`,
  });
  const { key, createdAt: madeAt } = expectStatus(201, keyMade, "Creating the key");
  return { id, key, madeAt, adminToken: token };
}

async function enrol(call, { key }, phone) {
  title(`2  The back end enrols a phone for its user "${USER}"`);
  const path = `/v1/users/${USER}/authenticators`;
  const made = await call("POST", path, { token: key, json: {}, say: sayPending });
  const pending = expectStatus(201, made, "Enrolling");
  handToPhone(phone, pending);
  const asked = { question: "The code that it shows:", what: "Confirming" };
  const { code, body } = await askUntilRight(phone, asked, (typed) =>
    call("POST", `${path}/${pending.id}/confirm`, {
      token: key,
      json: { code: typed },
      say: sayConfirmed,
    }),
  );
  showBackupCodes(body.backupCodes);
  return { code, backupCodes: body.backupCodes };
}

async function verifyOnce(call, { key }, phone, spent) {
  title("3  At the next log-in the back end asks: is this code right?");
  console.log("   Confirming has spent its code, so this takes the next one (up to 30 s).");
  const path = `/v1/users/${USER}/verify`;
  const code = await verifyUntilRight(call, phone, { key, path, spent });
  title("4  Somebody looked over the shoulder and sends the same code again");
  const again = await call("POST", path, { token: key, json: { code }, say: sayVerdict });
  if (expectStatus(200, again, "Verifying again").valid) throw new Refusal("A spent code passed!");
}

async function verifyUntilRight(call, phone, { key, path, spent }) {
  for (;;) {
    const code = await phone.code("The next code:", spent);
    const answer = await call("POST", path, { token: key, json: { code }, say: sayVerdict });
    if (expectStatus(200, answer, "Verifying").valid) return code;
    if (phone.scan) throw new Refusal("A right code was refused.");
    console.log("   That code is wrong. Try again.");
  }
}

function sayVerdict({ valid, method, attemptsRemaining }) {
  return valid ? `valid, by ${method}` : `not valid, ${attemptsRemaining} attempts before a lock`;
}

async function answerChallenge(call, { id: appId, key }, code) {
  title("5  The phone is lost: a challenge, answered in the browser with a backup code");
  const made = await call("POST", "/v1/challenges", {
    token: key,
    json: { userId: USER, purpose: PURPOSE },
    say: ({ id, methods }) => `${id}, by ${methods.join(" or ")}`,
  });
  const challenge = expectStatus(201, made, "Creating the challenge");
  const json = { token: challenge.token, code };
  const answered = await call("POST", "/v1/challenges/verify", {
    json,
    say: ({ method, assertion }) => `valid, by ${method}; assertion ${shorten(assertion, 24)}`,
  });
  const { assertion } = expectStatus(200, answered, "Answering the challenge");
  await checkAssertion(call, assertion, { appId, challenge });
}

/** Checks that the assertion is about this app, this user and what was asked for. */
async function checkAssertion(call, assertion, { appId, challenge }) {
  const expected = { typ: "assertion+jwt", audience: appId, subject: USER };
  const payload = await checkOffline(call, assertion, expected);
  if (payload.jti !== challenge.id || payload.purpose !== PURPOSE) {
    throw new Refusal("The assertion is for another challenge.");
  }
}
