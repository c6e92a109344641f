/** authenticator-api: the guide's Python, oathtool as the phone, zbarimg as its camera. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

export const name = "authenticator-api: the Python functions of its guide";

const GUIDE = "authenticator_api_guide.py";

/** App, user, and the label and issuer that the phone is to read. */
const LABELS = [
  ["MyApp", "John", "John", "MyApp"],
  ["My App & Co", "john.doe@example.com", "john.doe@example.com", "My%20App%20%26%20Co"],
  ["Ünïcode", "José Pérez", "Jos%C3%A9P%C3%A9rez", "%DCn%EFcode"],
  ["x".repeat(64), "y".repeat(128), "y".repeat(128), "x".repeat(64)],
];

export async function run({ baseUrl, tools }) {
  for (const label of LABELS) await pairAndLogIn({ baseUrl, tools, label });
  await validateByPost({ baseUrl, tools });
}

async function pairAndLogIn({ baseUrl, tools, label: [appName, appInfo, account, issuer] }) {
  const secret = randomBytes(15).toString("base64url");
  const html = await tools.python(GUIDE, baseUrl, "get_qr_code_html", appName, appInfo, secret);
  const key = /title='Manually pair with ([A-Z2-7]+)'/.exec(html)?.[1] ?? "";
  assert.equal(key, encodeBase32(secret));

  const scanned = await tools.readQr(await fetchImage(html, baseUrl));
  assert.equal(scanned, `otpauth://totp/${account}?secret=${key}&issuer=${issuer}`);

  const validate = (pin) => tools.python(GUIDE, baseUrl, "validate_totp_pin", pin, secret);
  const pin = await tools.phone(key);
  assert.equal(await validate(pin), "True");
  assert.equal(await validate(pin), "False", "a pin is good once");
  assert.equal(await validate(await tools.phone(key, 1)), "True", "the next one is good");
  assert.equal(await validate(await tools.phone(key, 9)), "False", "one of minutes away is not");
}

/** As clients do: the text between the quotes, and the bytes that it leads to. */
async function fetchImage(html, baseUrl) {
  const [, url = ""] = /<img src='([^']+)' border=0><\/a>$/.exec(html) ?? [];
  assert.ok(url.startsWith(`${baseUrl}/qr.aspx?size=300x300&data=`), url);
  const image = await fetch(url, { redirect: "error" });
  assert.deepEqual([image.status, image.headers.get("content-type")], [200, "image/png"]);
  return new Uint8Array(await image.arrayBuffer());
}

async function validateByPost({ baseUrl, tools }) {
  const secret = randomBytes(15).toString("base64url");
  const body = new URLSearchParams({
    Pin: await tools.phone(encodeBase32(secret)),
    SecretCode: secret,
  });
  const response = await fetch(`${baseUrl}/Validate.aspx`, { method: "POST", body });
  assert.equal(await response.text(), "True");
}

/** RFC 4648 §6, without padding. */
function encodeBase32(text) {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups
    .map((group) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[parseInt(group.padEnd(5, "0"), 2)])
    .join("");
}
