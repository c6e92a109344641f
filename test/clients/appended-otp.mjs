/** appended-otp: the tutorial's form, with the code behind the password. */

import assert from "node:assert/strict";
import { register, setUp } from "../../scripts/client-account.mjs";

export const name = "appended-otp, the code behind the password";

export async function run({ baseUrl, tools }) {
  const person = await register(baseUrl, "johndoe");
  const { phone } = await setUp(baseUrl, person, tools);
  const form = { grant_type: "password", username: "johndoe" };
  const body = new URLSearchParams({ ...form, password: person.password + (await phone()) });
  const answer = await fetch(`${baseUrl}/token`, { method: "POST", body });
  assert.equal(answer.status, 200);
  const { access_token: token } = await answer.json();
  const again = await fetch(`${baseUrl}/token`, { method: "POST", body });
  assert.equal(again.status, 401);
  const headers = { authorization: `Bearer ${token}` };
  const me = await fetch(`${baseUrl}/users/me/`, { headers });
  assert.equal((await me.json()).username, "johndoe");
}
