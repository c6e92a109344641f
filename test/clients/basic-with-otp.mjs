/** basic-with-otp: the article's calls, and its PNG in front of a camera. */

import assert from "node:assert/strict";
import { register } from "../../scripts/client-account.mjs";

export const name = "basic-with-otp, Basic with ?otp=, and its QR code";

export async function run({ baseUrl, tools }) {
  const { name: user, password } = await register(baseUrl, "user2");
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const credentials = async (query = "") => {
    const init = { method: "POST", headers: { authorization: basic } };
    const response = await fetch(`${baseUrl}/auth/credentials${query}`, init);
    assert.equal(response.status, 200);
    return response.json();
  };
  const { token } = await credentials();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = JSON.stringify({ enabled: true });
  const enabled = await fetch(`${baseUrl}/auth/otp/enable`, { method: "PUT", headers, body });
  assert.equal(await enabled.json(), null);
  const first = await scan();
  const second = await scan();
  assert.notEqual(first, second);
  assert.equal((await credentials(`?otp=${await tools.phone(first)}`)).status, 0);
  assert.equal((await credentials()).status, 0, "the secret shown first is dead");
  const code = await tools.phone(second);
  const active = await credentials(`?otp=${code}`);
  assert.equal(active.status, 0);
  assert.deepEqual(await credentials(`?otp=${code}`), { token: null, status: 2 });
  assert.deepEqual(await credentials(), { token: null, status: 2 });
  const whoami = { headers: { authorization: `Bearer ${active.token}` } };
  assert.equal(await (await fetch(`${baseUrl}/whoami`, whoami)).json(), user);

  async function scan() {
    const image = await fetch(`${baseUrl}/auth/otp/generate`, { headers });
    assert.equal(image.headers.get("content-type"), "image/png");
    const uri = new URL(await tools.readQr(Buffer.from(await image.arrayBuffer())));
    assert.equal(decodeURIComponent(uri.pathname), `/Stepgate:${user}@example.com`);
    return uri.searchParams.get("secret");
  }
}
