/** docs/recipes.md: each recipe as it is printed there, with the programs that it is for. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, expectStatus } from "../../scripts/api-client.mjs";
import { makeApp, makeKey } from "../../scripts/test-app.mjs";
import { findFreePort } from "../../scripts/test-server.mjs";
import { ROOT } from "../../scripts/wrangler.mjs";

export const name = "Recipes: a script, PAM, nginx, a signed request, an approval";

const RECIPES = join(ROOT, "examples/recipes");
const CHECK = join(RECIPES, "stepgate-check");
const GUIDE = readFileSync(join(ROOT, "docs/recipes.md"), "utf8");
const PAM_SERVICE = "/etc/pam.d/stepgate-recipe";
/** No program of a recipe takes that long. */
const PATIENCE_MS = 30_000;
const NOBODY_LISTENS = "http://127.0.0.1:9";

export async function run(context) {
  for (const file of ["stepgate-check", "nginx.conf", "approve.mjs"]) {
    assert.ok(GUIDE.includes(readFileSync(join(RECIPES, file), "utf8")), `${file} is not as shown`);
  }
  const shop = await openShop(context);
  await checkFromScript(shop);
  await checkFromPam(shop);
  await checkSigned(shop);
  await approve(shop);
  await protectByNginx(context);
}

/** An app with a key, and a user with a phone whose codes are each given once. */
async function openShop({ baseUrl, adminToken, folder, tools }) {
  const returnPort = await findFreePort();
  const returnUrl = `http://localhost:${returnPort}/done`;
  const settings = { returnUrls: [returnUrl] };
  const { id: appId, key } = await makeApp(baseUrl, adminToken, { settings });
  const newKey = (input) => makeKey(baseUrl, adminToken, appId, input);
  const call = connect(baseUrl);
  const path = "/v1/users/user-42/authenticators";
  const pending = await call("POST", path, { token: key, json: {} });
  const { id, secret } = expectStatus(201, pending, path);
  const json = { code: await tools.phone(secret, -1) };
  const confirmed = await call("POST", `${path}/${id}/confirm`, { token: key, json });
  const { backupCodes } = expectStatus(200, confirmed, path);
  const config = configure(folder, { url: baseUrl, key });
  const nextCode = () => backupCodes.pop();
  return { baseUrl, key, newKey, folder, config, nextCode, returnPort, returnUrl };
}

/** The two files that the script reads. */
function configure(folder, { url, key }) {
  const config = join(folder, `config-${Math.random()}`);
  mkdirSync(config);
  writeFileSync(join(config, "url"), `STEPGATE_URL=${url}\n`);
  writeFileSync(join(config, "key"), `Authorization: Bearer ${key}\n`, { mode: 0o600 });
  return config;
}

async function checkFromScript({ baseUrl, key, folder, config, nextCode }) {
  const check = (code, { user = "user-42", from = config } = {}) =>
    exitOf(CHECK, [user], { input: code, env: { STEPGATE_CONFIG: from } });
  const code = nextCode();
  assert.equal(await check("000000"), 1);
  assert.equal(await check(code), 0);
  assert.equal(await check(code), 1, "a replay");
  const good = nextCode();
  const bad = [
    { user: "nobody" },
    { user: "user-42/../user-42" },
    { from: configure(folder, { url: NOBODY_LISTENS, key }) },
    { from: configure(folder, { url: `${baseUrl}/v1`, key }) },
    { from: configure(folder, { url: baseUrl, key: "wrong" }) },
    { from: join(folder, "missing") },
  ];
  for (const options of bad)
    assert.notEqual(await check(good, options), 0, JSON.stringify(options));
  assert.notEqual(await check(`"}`), 0);
  assert.equal(await check(good), 0);
}

/** As root also through PAM itself, whose settings only root may write. */
async function checkFromPam({ config, nextCode }) {
  const ask = (code) =>
    exitOf(CHECK, [], {
      input: `${code}\0`,
      env: { STEPGATE_CONFIG: config, PAM_USER: "user-42" },
    });
  assert.equal(await ask("000000"), 1);
  assert.equal(await ask(nextCode()), 0);
  if (process.getuid() !== 0) return;
  const [line] = /^auth required pam_exec\.so .*$/m.exec(GUIDE);
  const settings = `STEPGATE_CONFIG=${config} exec ${CHECK}`;
  const wrapper = join(config, "wrapper");
  writeFileSync(wrapper, `#!/bin/sh\n${settings}\n`, { mode: 0o700 });
  writeFileSync(PAM_SERVICE, `${line.replace("/usr/local/bin/stepgate-check", wrapper)}\n`);
  try {
    const log = (code) =>
      exitOf("pamtester", ["stepgate-recipe", "user-42", "authenticate"], { input: `${code}\n` });
    assert.notEqual(await log("000000"), 0);
    assert.equal(await log(nextCode()), 0);
  } finally {
    rmSync(PAM_SERVICE);
  }
}

/** The shell lines of docs/factors.md. */
async function checkSigned({ baseUrl, newKey, nextCode }) {
  const guide = readFileSync(join(ROOT, "docs/factors.md"), "utf8");
  const [, script] = /```sh\n(URL=[^`]*)```/.exec(guide);
  const { keyId, key } = await newKey({ kind: "signing", scopes: ["verify"] });
  const sign = (code) =>
    outputOf(
      "sh",
      ["-c", script.replace("http://localhost:8000", baseUrl).replace("118204", code)],
      {
        env: { KEY_ID: keyId, SIGNING_KEY: key },
      },
    );
  assert.match(await sign(nextCode()), /"valid":true/);
  assert.match(await sign("000000"), /"valid":false/);
}

async function approve({ baseUrl, key, nextCode, returnPort, returnUrl }) {
  const env = {
    STEPGATE_URL: baseUrl,
    STEPGATE_KEY: key,
    RETURN_URL: returnUrl,
    PORT: String(returnPort),
  };
  const start = () =>
    startProgram(process.execPath, [join(RECIPES, "approve.mjs"), "user-42", "deploy 1.4.2"], {
      env,
    });
  const approved = start();
  const back = await answerOnPage(await approved.line(), { code: nextCode() });
  assert.match(back, /result=success&code=/);
  await fetch(back);
  assert.equal(await approved.exit, 0);
  const cancelled = start();
  await fetch(await answerOnPage(await cancelled.line(), { cancel: "yes" }));
  assert.notEqual(await cancelled.exit, 0);
}

/** Does what the page's form does, and answers where the browser is sent. */
async function answerOnPage(url, fields) {
  const { origin } = new URL(url);
  const response = await fetch(url, {
    method: "POST",
    redirect: "manual",
    headers: { origin, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams(fields),
  });
  return response.headers.get("location");
}

async function protectByNginx({ baseUrl, folder }) {
  const behind = createServer((_, response) => response.end("the app")).listen(0, "127.0.0.1");
  const port = await findFreePort();
  const settings = readFileSync(join(RECIPES, "nginx.conf"), "utf8")
    .replace("127.0.0.1:8080", `127.0.0.1:${port}`)
    .replaceAll("http://127.0.0.1:8000", baseUrl.replace("localhost", "127.0.0.1"))
    .replace("127.0.0.1:3000", `127.0.0.1:${behind.address().port}`);
  const file = join(folder, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  writeFileSync(
    file,
    `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; events {}
     http { access_log off; ${temporary.join(" ")} ${settings} }`,
  );
  const nginx = startProgram("nginx", ["-c", file, "-e", join(folder, "error.log")]);
  try {
    await until(() => fetch(`http://127.0.0.1:${port}/readyz`));
    const ask = (cookie) =>
      fetch(`http://127.0.0.1:${port}/app/`, { redirect: "manual", headers: { cookie } });
    const refused = await ask("");
    assert.deepEqual(
      [refused.status, refused.headers.get("location")?.endsWith("/login")],
      [303, true],
    );
    assert.equal((await ask("stepgate=sgs_guess")).status, 303);
    const cookie = await logIn(baseUrl);
    assert.equal(await (await ask(cookie)).text(), "the app");
    await logOut(baseUrl, cookie);
    assert.equal((await ask(cookie)).status, 303);
  } finally {
    nginx.kill();
    behind.close();
  }
}

/** Makes an account, and answers the cookie of its session. */
async function logIn(baseUrl) {
  const account = { email: "ada@example.com", password: "nine purple umbrellas at noon" };
  const made = await connect(baseUrl)("POST", "/auth/register", { json: account });
  expectStatus(201, made, "the account");
  const response = await fetch(`${baseUrl}/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: baseUrl },
    body: JSON.stringify({ ...account, cookie: true }),
  });
  const cookies = response.headers.getSetCookie().map((one) => one.split(";")[0]);
  return cookies.find((one) => one.startsWith("stepgate="));
}

async function logOut(baseUrl, cookie) {
  const headers = { "content-type": "application/json", cookie, origin: baseUrl };
  const response = await fetch(`${baseUrl}/auth/logout`, { method: "POST", headers, body: "{}" });
  assert.equal(response.status, 204);
}

function startProgram(command, args, { env = {}, input } = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, timeout: PATIENCE_MS });
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += chunk));
  // Whoever does not read it closes it early.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const exit = new Promise((resolve) => child.once("close", (code) => resolve(code)));
  const line = () => until(() => printed.split("\n", 2)[1] !== undefined && printed.split("\n")[0]);
  return { exit, line, output: () => printed, kill: () => child.kill() };
}

function exitOf(command, args, options) {
  return startProgram(command, args, options).exit;
}

async function outputOf(command, args, options) {
  const program = startProgram(command, args, options);
  await program.exit;
  return program.output();
}

/** Waits until something answers, ten seconds at most. */
async function until(look) {
  for (let tries = 0; tries < 100; tries++) {
    const found = await Promise.resolve(look()).catch(() => null);
    if (found) return found;
    await sleep(100);
  }
  throw new Error("It took too long.");
}
