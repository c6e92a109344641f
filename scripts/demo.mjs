/**
 * `npm run demo`: the main job, step by step, against the running server. An app enrols a user's phone and verifies a code; the same code
 * is refused; a challenge is answered with a backup code, and its assertion is checked as a back end would. `--auto` plays the phone.
 */

import { join } from "node:path";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { connect, expectStatus, shorten } from "./api-client.mjs";
import { automaticPhone, personWithPhone } from "./phone.mjs";
import { Refusal, run } from "./refusal.mjs";
import { readSecrets } from "./secrets.mjs";
import { drawInTerminal } from "./terminal-qr.mjs";
import { ROOT } from "./wrangler.mjs";

const USER = "ada";
const PURPOSE = "payment:4711";

await run(async () => {
  const auto = readArguments(process.argv.slice(2));
  const baseUrl = process.env.BASE_URL || `http://localhost:${process.env.PORT || 8000}`;
  const call = connect(baseUrl);
  await assertStepgate(call, baseUrl);
  const { body: time } = await call("GET", "/v1/time");
  const phone = auto ? automaticPhone(time.unixSeconds) : personWithPhone();
  try {
    await demonstrate(call, phone, baseUrl);
  } finally {
    phone.close();
  }
});

function readArguments(given) {
  const unknown = given.find((argument) => argument !== "--auto");
  if (unknown) throw new Refusal(`Unknown argument ${unknown}. There is --auto.`);
  return given.includes("--auto");
}

async function assertStepgate(call, baseUrl) {
  const { status, body } = await call("GET", "/healthz");
  if (body?.status === "ok") return;
  if (body?.code) throw new Refusal(`${baseUrl} answers ${status} ${body.code}: ${body.title}`);
  throw new Refusal(
    `What answers at ${baseUrl} is not Stepgate. PORT or BASE_URL say where it is.`,
  );
}

async function demonstrate(call, phone, baseUrl) {
  const app = await createApp(call);
  const { code, backupCodes } = await enrol(call, app, phone);
  await verifyOnce(call, app, phone, code);
  await answerChallenge(call, app, backupCodes[0]);
  title("That is all. Go on by yourself:");
  console.log(`   curl -H 'Authorization: Bearer ${app.key}' ${baseUrl}/v1/users/${USER}`);
  console.log(`   ${baseUrl}/docs has the whole API.\n`);
}

/** The operator's part, once per application. */
async function createApp(call) {
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
  return { id, key: expectStatus(201, keyMade, "Creating the key").key };
}

async function enrol(call, { key }, phone) {
  title(`2  The back end enrols a phone for its user "${USER}"`);
  const path = `/v1/users/${USER}/authenticators`;
  const made = await call("POST", path, { token: key, json: {}, say: ({ id }) => `pending ${id}` });
  const pending = expectStatus(201, made, "Enrolling");
  showSecret(pending);
  phone.scan?.(pending.secret);
  const confirmed = await confirm(call, phone, { key, path: `${path}/${pending.id}/confirm` });
  console.log("\n   Ten backup codes, each good once; they are never shown again:\n");
  showInColumns(confirmed.backupCodes);
  return confirmed;
}

function showSecret({ uri, secret }) {
  const colours = Boolean(process.stdout.isTTY && !process.env.NO_COLOR);
  console.log(`\n${drawInTerminal(uri, { colours })}\n`);
  console.log("   Scan it with any authenticator app, or type the secret:");
  console.log(`   ${secret.match(/.{1,4}/g).join(" ")}\n`);
}

function showInColumns(codes) {
  for (let at = 0; at < codes.length; at += 2)
    console.log(`   ${codes.slice(at, at + 2).join("   ")}`);
}

/** Until a code is right: a wrong one costs one of five tries, and a phone whose clock is off is told so. */
async function confirm(call, phone, { key, path }) {
  for (;;) {
    const code = await phone.code("The code that it shows:");
    const answer = await call("POST", path, { token: key, json: { code }, say: sayStatus });
    if (answer.status === 200) return { code, backupCodes: answer.body.backupCodes };
    tellWhy(answer);
  }
}

function sayStatus({ status, backupCodes }) {
  return `${status}, ${backupCodes.length} backup codes`;
}

function tellWhy(answer) {
  const { code, title: why, offsetSeconds } = answer.body ?? {};
  if (code === "clock_skew")
    console.log(`   The phone's clock is off by ${offsetSeconds} s. Set it to automatic.`);
  else if (code === "invalid_code") console.log("   That code is wrong. Try again.");
  else expectStatus(200, answer, `Confirming (${why ?? "no reason"})`);
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

/** What a back end does offline, with the public keys that it fetched once. */
async function checkAssertion(call, assertion, { appId, challenge }) {
  const jwks = await call("GET", "/.well-known/jwks.json", {
    say: ({ keys }) => `${keys.length} public key`,
  });
  console.log("\n   The back end checks the signature and reads the claims:\n");
  const expected = { typ: "assertion+jwt", audience: appId, subject: USER };
  const { payload } = await jwtVerify(assertion, createLocalJWKSet(jwks.body), expected).catch(
    (error) => {
      throw new Refusal(`The assertion does not hold: ${error.message}`, { cause: error });
    },
  );
  for (const [name, value] of Object.entries(decodeJwt(assertion))) {
    console.log(`   ${name.padEnd(8)} ${Array.isArray(value) ? value.join(", ") : value}`);
  }
  if (payload.jti !== challenge.id || payload.purpose !== PURPOSE) {
    throw new Refusal("The assertion is for another challenge.");
  }
}

function title(text) {
  console.log(`\n${text}\n`);
}
