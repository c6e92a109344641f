/** The phone of everybody who is enrolled. */

import { createHmac } from "node:crypto";

const PERIOD_MS = 30_000;

/** RFC 6238, by Node: what the phone shows, now or so many steps later. */
export function codeNow(secret, stepsAhead = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / PERIOD_MS) + stepsAhead));
  const mac = createHmac("sha1", Buffer.from(secret, "hex")).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 0x0f) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}
