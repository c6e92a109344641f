/**
 * Demonstrates webhooks: a receiver (`receiver.mjs`) gets the events of a user, is stopped, and is started again. Then it has missed none.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { expectStatus } from "./api-client.mjs";
import { createDemoApp } from "./demo-server.mjs";
import { title } from "./demo-steps.mjs";
import { automaticPhone } from "./phone.mjs";
import { Refusal } from "./refusal.mjs";

const RECEIVER = new URL("receiver.mjs", import.meta.url).pathname;
const PATIENCE_MS = 20_000;

export async function demonstrateEvents(call) {
  const app = await createDemoApp(call);
  const port = await freePort();
  title("2  It names a webhook: where the events of the app are sent");
  const made = await call("POST", `/admin/apps/${app.id}/webhooks`, {
    token: app.adminToken,
    json: { url: `http://localhost:${port}/` },
    say: ({ id, url }) => `${id} to ${url}`,
  });
  const { secret } = expectStatus(201, made, "Creating the webhook");
  const received = [];
  let receiver = await startReceiver({ port, secret, received });
  try {
    title("3  The back end enrols a user. The receiver is told, and verifies each signature");
    await enrol(call, app, "ada");
    await until(() => received.length >= 2);
    title("4  The receiver is stopped. The user types three wrong codes");
    receiver.kill();
    await once(receiver, "exit");
    for (let times = 0; times < 3; times++) await verify(call, app, "ada");
    title("5  It is started again. The next event brings all that it missed");
    receiver = await startReceiver({ port, secret, received });
    await enrol(call, app, "bob");
    const events = await readEvents(call, app);
    await until(() => events.every((id) => received.includes(id)));
    title(`   ${events.length} events, ${new Set(received).size} received: none is missing.`);
  } finally {
    receiver.kill();
  }
}

const sayStatus = ({ status }) => status;
const sayVerdict = ({ valid }) => (valid ? "valid" : "not valid");

async function enrol(call, { key }, user) {
  const path = `/v1/users/${user}/authenticators`;
  const made = await call("POST", path, { token: key, json: {}, say: ({ id }) => `pending ${id}` });
  const { id, secret } = expectStatus(201, made, "Enrolling");
  const { body: time } = await call("GET", "/v1/time");
  const phone = automaticPhone(time.unixSeconds);
  phone.scan(secret);
  const json = { code: await phone.code("The code that it shows:") };
  expectStatus(
    200,
    await call("POST", `${path}/${id}/confirm`, { token: key, json, say: sayStatus }),
    "Confirming",
  );
  phone.close();
}

async function verify(call, { key }, user) {
  const json = { code: "000000" };
  expectStatus(
    200,
    await call("POST", `/v1/users/${user}/verify`, { token: key, json, say: sayVerdict }),
    "Verifying",
  );
}

/** The ids of all events of these users, as the service itself gives them. */
async function readEvents(call, { key, madeAt }) {
  const types = "authenticator.enrolled,authenticator.confirmed,code.verified";
  const answer = await call("GET", `/v1/events?since=${madeAt}&types=${types}`, { token: key });
  return expectStatus(200, answer, "Reading the events").items.map(({ id }) => id);
}

async function startReceiver({ port, secret, received }) {
  const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret };
  const child = spawn(process.execPath, [RECEIVER], { env, stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  await once(lines, "line");
  lines.on("line", (line) => {
    console.log(`   receiver: ${line}`);
    received.push(line.split(" ")[0]);
  });
  return child;
}

async function until(isTrue) {
  const end = Date.now() + PATIENCE_MS;
  while (!isTrue()) {
    if (Date.now() > end) throw new Refusal("The receiver has missed events.");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePort() {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
