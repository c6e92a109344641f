/**
 * The floor: as little as a Worker can do and still check a TOTP code and spend it. One read, one HMAC per step of the window, one
 * conditional write. No key, no guard, no audit trail, no hints, no validation: what Stepgate adds to this is what the ratio shows.
 */

import { Hono } from "hono";

const HMAC_SHA1 = { name: "HMAC", hash: "SHA-1" };
const PERIOD_SECONDS = 30;
const WINDOW = [0, 1, -1];

const app = new Hono();

app.post("/verify/:userId", async (c) => {
  const userId = c.req.param("userId");
  const { code } = await c.req.json();
  const read = "SELECT secret, last_step FROM users WHERE id = ?1";
  const user = await c.env.DB.prepare(read).bind(userId).first();
  const step = user && (await matchingStep(Uint8Array.fromHex(user.secret), code));
  if (step === null || step <= user.last_step) return c.json({ valid: false });
  const write = "UPDATE users SET last_step = ?2 WHERE id = ?1 AND last_step < ?2";
  const { meta } = await c.env.DB.prepare(write).bind(userId, step).run();
  return c.json({ valid: meta.changes === 1 });
});

async function matchingStep(secret, code) {
  const key = await crypto.subtle.importKey("raw", secret, HMAC_SHA1, false, ["sign"]);
  const now = Math.floor(Date.now() / 1000 / PERIOD_SECONDS);
  for (const offset of WINDOW) {
    if ((await codeAt(key, now + offset)) === code) return now + offset;
  }
  return null;
}

async function codeAt(key, step) {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(step));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter));
  const number = mac.getUint32(mac.getUint8(19) & 0x0f) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

// oxlint-disable-next-line import/no-default-export -- A Worker is its module's default export.
export default app;
