/** Where the demo's codes come from: a person who reads them off a real phone, or, with `--auto`, otpauth in the place of the phone. */

import { createInterface } from "node:readline/promises";
import { Secret, TOTP } from "otpauth";
import { Refusal } from "./refusal.mjs";

const PERIOD_SECONDS = 30;

/** Asks until six digits are typed that are not the ones just spent. */
export function personWithPhone() {
  const lines = readLines();
  return {
    async code(question, spent) {
      for (;;) {
        const typed = (await lines.ask(`   ${question} `)).replaceAll(/[\s-]/g, "");
        if (!/^\d{6}$/.test(typed)) console.log("   A code is six digits.");
        else if (typed === spent) console.log("   That one is spent: wait for the next.");
        else return typed;
      }
    },
    close: () => lines.close(),
  };
}

/** Lines as they are typed. The end of the input ends the demo: nobody is there. */
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

/** Steps through the codes from the server's present step on: the next step's code is within the window already. */
export function automaticPhone(serverSeconds) {
  let step = Math.floor(serverSeconds / PERIOD_SECONDS);
  let totp;
  return {
    scan(secret) {
      totp = new TOTP({ secret: Secret.fromBase32(secret) });
    },
    async code(question) {
      const code = totp.generate({ timestamp: step++ * PERIOD_SECONDS * 1000 });
      console.log(`   ${question} ${code}   (typed by --auto)`);
      return code;
    },
    close() {},
  };
}
