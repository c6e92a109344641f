/** django-totp: the package's calls, and its SVG as a browser shows it, in front of a camera. */

import assert from "node:assert/strict";
import { register } from "../../scripts/client-account.mjs";

export const name = "django-totp, and its QR code";

export async function run({ baseUrl, tools }) {
  const { name: username, password } = await register(baseUrl, "ann");
  const post = async (path, body, access, status = 200) => {
    const headers = {
      "content-type": "application/json",
      ...(access && { authorization: `Bearer ${access}` }),
    };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(`${baseUrl}/api${path}`, init);
    assert.equal(response.status, status, `${path}: ${response.status}`);
    return status === 204 ? null : response.json();
  };
  const { access } = await post("/jwt/create/", { username, password });
  const { svg } = await post("/totp/create/", {}, access, 201);
  const uri = new URL(await tools.readQrSvg(svg));
  assert.equal(uri.pathname, "/Stepgate:ann");
  const secret = uri.searchParams.get("secret");
  const code = await tools.phone(secret);
  const confirmed = await post("/totp/confirm/", { input_code: code }, access);
  assert.equal(confirmed.backup_codes.length, 10);
  const login = await post("/jwt/create/", { username, password });
  assert.equal(login.is_totp_enabled, true);
  const challenge = { totp_challenge_token: login.totp_challenge_token };
  await post("/jwt/totp/verify/", { ...challenge, otp_code: code }, null, 400);
  const next = await tools.phone(secret, 1);
  const pair = await post("/jwt/totp/verify/", { ...challenge, otp_code: next });
  const refreshed = await post("/jwt/refresh/", { refresh: pair.refresh });
  assert.deepEqual(await post("/jwt/verify/", { token: refreshed.access }), {});
  await post("/totp/disable/", {}, refreshed.access, 204);
}
