/**
 * The steps that both demos show: a secret on its way to a phone, codes until one is right, and a
 * token that is checked offline.
 */

import { isatty } from "node:tty";
import { createLocalJWKSet, jwtVerify } from "jose";
import { expectStatus } from "./api-client.mjs";
import { Refusal } from "./refusal.mjs";
import { drawInTerminal } from "./terminal-qr.mjs";

export function title(text) {
  console.log(`\n${text}\n`);
}

/** Hands the secret to the phone, if it is one that can be told, and always to the person. */
export function handToPhone(phone, { uri, secret }) {
  const colours = isatty(process.stdout.fd) && !process.env.NO_COLOR;
  console.log(`\n${drawInTerminal(uri, { colours })}\n`);
  console.log("   Scan it with any authenticator app, or type the secret:");
  console.log(`   ${secret.match(/.{1,4}/g).join(" ")}\n`);
  phone.scan?.(secret);
}

/**
 * Asks until a code is right. A wrong one costs one of five tries, and at enrolment a phone whose
 * clock is off is told so.
 */
export async function askUntilRight(phone, { question, spent, what }, send) {
  for (;;) {
    const code = await phone.code(question, spent);
    const answer = await send(code);
    if (answer.status === 200) return { code, body: answer.body };
    // A code that --auto types has to be right.
    if (phone.scan) expectStatus(200, answer, what);
    tellWhy(answer, what);
  }
}

function tellWhy(answer, what) {
  const { code, offsetSeconds } = answer.body ?? {};
  if (code === "clock_skew")
    console.log(`   The phone's clock is off by ${offsetSeconds} s. Set it to automatic.`);
  else if (code === "invalid_code") console.log("   That code is wrong. Try again.");
  else expectStatus(200, answer, what);
}

export function sayPending({ id }) {
  return `pending ${id}`;
}

export function sayConfirmed({ status, backupCodes = [] }) {
  return `${status}, ${backupCodes.length} backup codes`;
}

export function showBackupCodes(codes) {
  console.log("\n   Ten backup codes, each good once; they are never shown again:\n");
  for (let at = 0; at < codes.length; at += 2)
    console.log(`   ${codes.slice(at, at + 2).join("   ")}`);
}

/**
 * Checks a token offline, as others do with the public keys that they fetched once: the signature,
 * and the claims that are `expected`.
 */
export async function checkOffline(call, token, expected) {
  const jwks = await call("GET", "/.well-known/jwks.json", { say: sayKeys });
  const keys = createLocalJWKSet(jwks.body);
  const { payload } = await jwtVerify(token, keys, expected).catch((error) => {
    throw new Refusal(`The token does not hold: ${error.message}`, { cause: error });
  });
  console.log("\n   The signature is good. What it says:\n");
  for (const [name, value] of Object.entries(payload)) {
    console.log(`   ${name.padEnd(10)} ${Array.isArray(value) ? value.join(", ") : value}`);
  }
  return payload;
}

function sayKeys({ keys }) {
  return keys.length === 1 ? "1 public key" : `${keys.length} public keys`;
}
