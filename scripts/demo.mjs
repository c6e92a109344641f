/**
 * `npm run demo` shows the main job, step by step, against the running server, as a back end calls
 * it (`demo-server.mjs`). With `--account` it shows the user API, as an app without a back end
 * calls it (`demo-account.mjs`); with `--events`, webhooks (`demo-events.mjs`). `--auto` plays the phone.
 */

import { connect } from "./api-client.mjs";
import { demonstrateAccount } from "./demo-account.mjs";
import { demonstrateEvents } from "./demo-events.mjs";
import { demonstrateServer } from "./demo-server.mjs";
import { automaticPhone, personWithPhone } from "./phone.mjs";
import { Refusal, run } from "./refusal.mjs";

const ARGUMENTS = ["--account", "--events", "--auto"];

await run(async () => {
  const given = readArguments(process.argv.slice(2));
  const baseUrl = process.env.BASE_URL || `http://localhost:${process.env.PORT || 8000}`;
  const call = connect(baseUrl);
  await assertStepgate(call, baseUrl);
  if (given.has("--events")) return demonstrateEvents(call);
  const { body: time } = await call("GET", "/v1/time");
  const phone = given.has("--auto") ? automaticPhone(time.unixSeconds) : personWithPhone();
  const demonstrate = given.has("--account") ? demonstrateAccount : demonstrateServer;
  try {
    await demonstrate(call, phone, baseUrl);
  } finally {
    phone.close();
  }
});

function readArguments(given) {
  const unknown = given.find((argument) => !ARGUMENTS.includes(argument));
  if (unknown)
    throw new Refusal(`Unknown argument ${unknown}. There are --account, --events and --auto.`);
  return new Set(given);
}

async function assertStepgate(call, baseUrl) {
  const { status, body } = await call("GET", "/readyz");
  if (body?.status === "ok") return;
  if (body?.code) throw new Refusal(`${baseUrl} answers ${status} ${body.code}: ${body.title}`);
  throw new Refusal(
    `What answers at ${baseUrl} is not Stepgate. PORT or BASE_URL say where it is.`,
  );
}
