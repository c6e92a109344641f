/** The integrations of the README, run as they stand there. */

import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { APP, startFaulty } from "./faulty.mjs";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");
let faulty;

before(async () => {
  faulty = await startFaulty();
  Object.assign(process.env, {
    STEPGATE_URL: `${faulty.url}/needed+needed`,
    STEPGATE_KEY: "sg_key",
    STEPGATE_APP: APP,
    SECRET: "0123456789abcdef0123456789abcdef",
  });
  globalThis.checkPassword = ({ user }) => user;
});
after(() => faulty.close());

/** The app of a section. Its file is inside the package, because it imports the package by name. */
async function appOf(section) {
  const [, text] = README.split(`\n## ${section}\n`);
  const [, code] = /```js\n(.*?)```/s.exec(text);
  const file = new URL(`.readme-${section}.mjs`, import.meta.url);
  writeFileSync(file, `${code}\nexport { app };\n`);
  try {
    return (await import(file)).app;
  } finally {
    rmSync(file);
  }
}

async function tryLogIn(browser) {
  assert.equal((await browser.send("/")).location, "/log-in");
  assert.equal((await browser.send("/log-in", { user: "ada" })).location, "/code");
  assert.equal((await browser.send("/")).location, "/code");
  assert.equal((await browser.send("/code", { code: "123456" })).location, "/");
  assert.equal((await browser.send("/")).text, "Hello ada");
}

test("Express", async () => {
  const app = await appOf("Express");
  const server = await new Promise((listening) => {
    const started = app.listen(0, "127.0.0.1", () => listening(started));
  });
  const url = `http://127.0.0.1:${server.address().port}`;
  await tryLogIn(openBrowser((path, init) => fetch(url + path, init)));
  server.closeAllConnections();
  server.close();
});

test("Hono", async () => {
  const app = await appOf("Hono");
  await tryLogIn(openBrowser(async (path, init) => app.request(path, init)));
});

test("lines fit", () => {
  const long = README.split("\n").filter((line) => line.length > 120);
  assert.deepEqual(long, []);
});
