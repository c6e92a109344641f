/** The decision after the password in both languages of the documentation, over real connections. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { afterThePassword } from "../../examples/after-the-password.mjs";

export const name = "The decision after the password, in JavaScript and in Python";

export async function run({ baseUrl, adminToken, tools }) {
  const post = caller(baseUrl, adminToken);
  const [app, other] = [await newApp(post), await newApp(post)];
  await enrol(post, app, tools);
  const decisions = [
    ["ask for a code", "ada", app],
    ["log in", "nobody", app],
    ["no log-in", "nobody", { ...app, key: other.key }],
    ["no log-in", "nobody", { ...app, key: "sg_wrong" }],
    ["no log-in", "nobody", { ...app, url: `${baseUrl}/v1` }],
    ["no log-in", "nobody", { ...app, url: "http://localhost:9" }],
  ];
  for (const decision of decisions) await assertDecision(tools, decision);
  await withFaultyServer(app.appId, (urls) =>
    Promise.all(urls.map((url) => assertDecision(tools, ["no log-in", "nobody", { ...app, url }]))),
  );
}

async function assertDecision(tools, [expected, userId, { url, key, appId }]) {
  const inJavaScript = await afterThePassword(userId, { url, key, appId }).catch(() => "no log-in");
  const script = "run_after_the_password.py";
  const inPython = await tools.python(script, url, userId, url, key, appId);
  assert.deepEqual([inJavaScript, inPython], [expected, expected], `${userId} at ${url}`);
}

/** Each of its paths answers in another way that is not plain. */
async function withFaultyServer(appId, use) {
  const plain = JSON.stringify({ appId, known: false, twoFactor: false });
  const answers = {
    500: (response) => response.writeHead(500).end(plain),
    page: (response) => response.end("<!doctype html>"),
    half: (response) => response.writeHead(200, { "content-length": 999 }).write(plain),
    cut: (response) =>
      response.writeHead(200, { "content-length": 999 }).write(plain, () => response.destroy()),
    redirect: (response) => response.writeHead(302, { location: "/plain" }).end(),
    plain: (response) => response.end(plain.replace(appId, "app_other")),
    silent: () => {},
  };
  const server = createServer(({ url }, response) => answers[url.split("/")[1]]?.(response));
  await new Promise((listening) => server.listen(0, "localhost", listening));
  try {
    const { port } = server.address();
    await use(Object.keys(answers).map((path) => `http://localhost:${port}/${path}`));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function newApp(post) {
  const { id: appId } = await post("/admin/apps", { name: "Decisions" });
  const { key } = await post(`/admin/apps/${appId}/keys`, {});
  return { url: post.baseUrl, key, appId };
}

async function enrol(post, { key }, tools) {
  const path = "/v1/users/ada/authenticators";
  const { id, secret } = await post(path, {}, key);
  await post(`${path}/${id}/confirm`, { code: await tools.phone(secret) }, key);
}

function caller(baseUrl, adminToken) {
  const post = async (path, body, token = adminToken) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response.json();
  };
  return Object.assign(post, { baseUrl });
}
