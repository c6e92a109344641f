/** Waiting for a local server. */

import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "../refusal.mjs";
import { findCause } from "../server-log.mjs";

const PATIENCE_MS = 60_000;
const PAUSE_MS = 100;
const LOG_DELAY_MS = 500;

/** Until it really answers at `origin`; throws when it has ended, refuses to serve, or takes too long. */
export async function untilReady(origin, log, hasEnded = () => false) {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    if (hasEnded()) throw new Refusal("The server did not start; see above.");
    const health = await askHealth(origin);
    if (health?.status === "ok") return;
    if (health?.code === "misconfigured") throw new Refusal(await explainRefusal(log));
    await sleep(PAUSE_MS);
  }
  throw new Refusal(`No answer at ${origin} within a minute.`);
}

async function askHealth(origin) {
  try {
    const response = await fetch(`${origin}/readyz`);
    return await response.json();
  } catch {
    return null;
  }
}

/** The log line that says why comes a moment after the answer. */
async function explainRefusal({ lines }) {
  await sleep(LOG_DELAY_MS);
  const cause = findCause(lines) ?? "it is not set up correctly.";
  const advice = cause.startsWith("KEYRING")
    ? "Bring back the .dev.vars that made the local data, or delete the data (STATE_DIR, else .wrangler/state)."
    : "Mend it in the environment, or in .dev.vars.";
  return `The Worker refuses to serve: ${cause} ${advice}`;
}
