/** The server API: what its QR codes say to a camera, and its secrets to another phone. */

import assert from "node:assert/strict";

export const name = "Server API: both QR codes and the secret";

const LABELS = [
  { accountName: "ada@example.com" },
  { accountName: "Ada Lovelace", issuer: "My Shop & Co" },
  { accountName: "日本語の名前", issuer: "Bücher" },
  { accountName: "y".repeat(128), issuer: "x".repeat(64) },
  // The longest that are allowed: the URI then has its most characters.
  { accountName: "漢".repeat(32), issuer: "漢".repeat(21) },
  { accountName: "%".repeat(96), issuer: "%".repeat(64), secret: "A".repeat(204) },
];
/** As small as a page may show it. */
const PIXELS_PER_MODULE = 3;

export async function run({ baseUrl, adminToken, tools }) {
  const call = caller(baseUrl);
  const app = await call("/admin/apps", adminToken, { name: "Clients" });
  const { key } = await call(`/admin/apps/${app.id}/keys`, adminToken, {});
  for (const [at, label] of LABELS.entries()) {
    const path = `/v1/users/user-${at}/authenticators`;
    const { id, secret, uri, qr } = await call(path, key, label);
    assert.equal(await tools.readQrSvg(qr.svg, qr.modules * PIXELS_PER_MODULE), uri);
    assert.equal(await tools.readQr(bytesOf(qr.png)), uri);
    assert.equal(new URL(uri).searchParams.get("secret"), secret);
    const { status } = await call(`${path}/${id}/confirm`, key, {
      code: await tools.phone(secret),
    });
    assert.equal(status, "active");
  }
}

function bytesOf(dataUri) {
  return Buffer.from(dataUri.slice(dataUri.indexOf(",") + 1), "base64");
}

function caller(baseUrl) {
  return async (path, token, body) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response.json();
  };
}
