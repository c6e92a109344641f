/** Makes an account for the clients whose APIs make none. */

import assert from "node:assert/strict";

export const PASSWORD = "correct horse battery staple";

export async function register(baseUrl, name) {
  const person = { email: `${name}@example.com`, username: name, password: PASSWORD };
  await post(`${baseUrl}/auth/register`, person, null);
  return { ...person, name };
}

/** Switches the second factor on. The phone then shows the code after the one that did. */
export async function setUp(baseUrl, { email, password }, tools) {
  const { accessToken } = await post(`${baseUrl}/auth/login`, { email, password }, null);
  const path = `${baseUrl}/auth/authenticators`;
  const { id, secret } = await post(path, {}, accessToken);
  await post(`${path}/${id}/confirm`, { code: await tools.phone(secret) }, accessToken);
  return { phone: () => tools.phone(secret, 1) };
}

async function post(url, body, token) {
  const headers = {
    "content-type": "application/json",
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  assert.ok(response.ok, `${url}: ${response.status}`);
  return response.json();
}
