/** The Python client's own tests, with Flask, Django and FastAPI, against a real server. */

import assert from "node:assert/strict";

export const name = "The Python client, with Flask, Django and FastAPI";

const RETURN_URL = "https://example.com/done";

export async function run({ baseUrl, adminToken, tools }) {
  const post = caller(baseUrl, adminToken);
  const app = await newApp(post, { returnUrls: [RETURN_URL] });
  const other = await newApp(post, {});
  await tools.unittest("clients/python", {
    STEPGATE_URL: baseUrl,
    STEPGATE_KEY: app.key,
    STEPGATE_APP: app.id,
    STEPGATE_OTHER_KEY: other.key,
    STEPGATE_RETURN_URL: RETURN_URL,
  });
}

async function newApp(post, settings) {
  const { id } = await post("/admin/apps", { name: "Python", settings });
  const { key } = await post(`/admin/apps/${id}/keys`, {});
  return { id, key };
}

function caller(baseUrl, adminToken) {
  return async (path, body) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response.json();
  };
}
