/**
 * better-auth: rows of its table `twoFactor` with name and e-mail address of the user, as CSV, JSON
 * or JSON lines (packages/better-auth/src/plugins/two-factor, src/crypto/index.ts). A secret is
 * sealed with XChaCha20-Poly1305 in hex: 24 bytes of nonce, the text, 16 bytes of tag. The key is
 * the SHA-256 of the app's secret, and the HMAC key is the UTF-8 text itself. A prefix such as
 * `$ba$1$` gives the number of the app's secret. Digits and period are options of the plugin.
 */

import { createHash } from "node:crypto";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { factor, refused } from "./row.mjs";
import { decodeHex } from "./secret.mjs";
import { readTable } from "./text.mjs";

const NONCE = 24;

export async function* readBetterAuth(file, { key, digits, period }) {
  for await (const row of readTable(file)) {
    const user = { id: row.userId ?? row.userid ?? row.user_id, ...nameOf(row) };
    const isUsed = [
      row.verified,
      row.twoFactorEnabled ?? row.twofactorenabled ?? row.two_factor_enabled,
    ];
    if (isUsed.some(isFalse)) yield refused(user, "not_confirmed");
    else {
      const secret = open(row.secret, key);
      yield secret ? factor(user, { secret, digits, period }) : refused(user, "undecryptable");
    }
  }
}

function nameOf({ username, email }) {
  return { username, email };
}

/** As JSON, SQLite and PostgreSQL write it. Neither is left out by who joins the tables. */
function isFalse(value) {
  return value === false || ["0", "f", "false"].includes(String(value).toLowerCase());
}

/** The key that an app's secret makes. */
export function keyOfApp(text) {
  return createHash("sha256").update(text).digest();
}

function open(text, key) {
  const sealed = decodeHex(String(text).replace(/^\$ba\$\d+\$/, ""));
  if (!sealed || sealed.byteLength <= NONCE) return null;
  try {
    return xchacha20poly1305(key, sealed.subarray(0, NONCE)).decrypt(sealed.subarray(NONCE));
  } catch {
    return null;
  }
}
