/** django-react: the calls of the React client, in its order, with its headers. */

import assert from "node:assert/strict";
import { PASSWORD } from "../../scripts/client-account.mjs";

export const name = "django-react, the calls of the React client";

export async function run({ baseUrl, tools }) {
  const post = browser(`${baseUrl}/api/auth`);
  const who = { email: "react@example.com", password: PASSWORD };
  const made = await post("/register", { name: "React", ...who, passwordConfirm: PASSWORD }, 201);
  assert.equal(made.message, "Registered successfully, please login");
  const { user } = await post("/login", who);
  assert.equal(user.otp_enabled, false);
  const body = { user_id: user.id, email: user.email };
  const { base32, otpauth_url: uri } = await post("/otp/generate", body);
  assert.equal(new URL(uri).searchParams.get("secret"), base32);
  const code = await tools.phone(base32);
  assert.equal((await post("/otp/verify", { ...body, token: code })).user.otp_enabled, true);
  assert.equal((await post("/login", who)).user.otp_enabled, true);
  await post("/otp/validate", { ...body, token: code }, 400);
  const next = await tools.phone(base32, 1);
  assert.deepEqual(await post("/otp/validate", { ...body, token: next }), { otp_valid: true });
  assert.equal((await post("/otp/disable", body)).user.otp_enabled, false);
}

/** Keeps cookies, and comes from the page's origin. */
function browser(base) {
  const jar = new Map();
  return async (path, body, status = 200) => {
    const response = await fetch(base + path, {
      method: "POST",
      headers: {
        origin: "http://localhost:3000",
        "content-type": "application/json",
        cookie: [...jar].map((pair) => pair.join("=")).join("; "),
      },
      body: JSON.stringify(body),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(";");
      const at = pair.indexOf("=");
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    assert.equal(response.status, status, `${path}: ${response.status}`);
    return response.json();
  };
}
