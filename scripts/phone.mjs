/**
 * Where the demo's codes come from: a person who reads them off a real phone, or, with `--auto`,
 * otpauth in place of the phone.
 */

import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Secret, TOTP } from "otpauth";
import { plainTyped } from "../src/crypto/typed.ts";
import { Refusal } from "./refusal.mjs";

/** A code of the previous step is not used if the server stops accepting it in less than this. */
const MARGIN_MS = 5000;
/** How a code's step relates to the present one. */
const WHEN = { "-1": "the last step's", 0: "this step's", 1: "the next step's, ahead of time" };

/** Asks until six digits are typed that are not the ones just spent. */
export function personWithPhone() {
  const lines = readLines();
  return {
    async code(question, spent) {
      for (;;) {
        const typed = plainTyped(await lines.ask(`   ${question} `));
        if (!/^\d{6}$/.test(typed)) console.log("   A code is six digits.");
        else if (typed === spent) console.log("   That one is spent: wait for the next.");
        else return typed;
      }
    },
    close: () => lines.close(),
  };
}

/** Reads lines as they are typed. The end of the input ends the demo, because nobody is there. */
function readLines() {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const ended = new Promise((resolve) => terminal.once("close", () => resolve(null)));
  let isOpen = true;
  void ended.then(() => (isOpen = false));
  terminal.once("SIGINT", () => terminal.close());
  return {
    async ask(question) {
      const line = isOpen ? await Promise.race([terminal.question(question), ended]) : null;
      if (line === null) throw new Refusal("No code was typed. --auto plays the phone.");
      return line;
    },
    close: () => terminal.close(),
  };
}

/** Types what a phone with the scanned secret shows, and says so. */
export function automaticPhone(serverSeconds) {
  const aheadMs = serverSeconds * 1000 - Date.now();
  let codes;
  return {
    scan(secret) {
      codes = unspentCodes(new TOTP({ secret: Secret.fromBase32(secret) }), {
        aheadMs,
        onWait: sayWait,
      });
    },
    async code(question) {
      const { code, steps } = await codes.next();
      console.log(`   ${question} ${code}   (typed by --auto: ${WHEN[steps]})`);
      return code;
    },
    close() {},
  };
}

function sayWait(seconds) {
  console.log(`   --auto waits ${seconds} s: before, no unspent code is right.`);
}

/**
 * Gives a code of its own for every question, never one twice, and the oldest that the server still
 * accepts. The server's window is one step either way, so three codes need no wait. For more codes
 * it waits, as a person does. `steps` says how the code's step relates to the present one.
 */
export function unspentCodes(totp, { aheadMs = 0, onWait } = {}) {
  const periodMs = totp.period * 1000;
  const stepIn = (milliseconds) => Math.floor((Date.now() + aheadMs + milliseconds) / periodMs);
  let spent = -1;
  return {
    async next() {
      spent = Math.max(spent + 1, stepIn(MARGIN_MS) - 1);
      await untilTaken((spent - 1) * periodMs - aheadMs, onWait);
      const code = totp.generate({ timestamp: spent * periodMs });
      return { code, steps: spent - stepIn(0) };
    },
  };
}

/** Waits until the step before the code's has begun. */
async function untilTaken(begin, onWait) {
  const wait = begin - Date.now();
  if (wait <= 0) return;
  onWait?.(Math.ceil(wait / 1000));
  await sleep(wait);
}
