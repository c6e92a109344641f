/**
 * Aegis: a vault, plain or encrypted with a password (docs/vault.md of Aegis). Slots of type 1 wrap
 * the master key with what scrypt makes of the password, by AES-256-GCM.
 */

import { createDecipheriv, scryptSync } from "node:crypto";
import { Refusal } from "../refusal.mjs";
import { factor, refused } from "./row.mjs";
import { decodeBase32 } from "./secret.mjs";
import { objectOf, objectsOf, parseJson } from "./text.mjs";

const PASSWORD_SLOT = 1;
/** Aegis itself uses N = 2¹⁵, r = 8, p = 1, which takes 32 MiB. */
const MOST_MEMORY = 512 * 1024 * 1024;

export function* readAegis(file, { key: password }) {
  const vault = objectOf(parseJson(file.text()));
  const { entries } = objectOf(
    typeof vault.db === "string" ? openVault(vault, password) : vault.db,
  );
  if (!Array.isArray(entries)) throw new Refusal("The file holds no vault of Aegis.");
  for (const { type, name, info } of objectsOf(entries)) {
    const user = { username: name };
    if (type === "hotp") yield refused(user, "hotp");
    else if (type !== "totp") yield refused(user, "unsupported_type");
    else {
      const { secret, algo: algorithm, digits, period } = objectOf(info);
      yield factor(user, { secret: decodeBase32(secret), algorithm, digits, period });
    }
  }
}

function openVault({ header, db }, password) {
  if (!password) throw new Refusal("The vault is encrypted: give its password.");
  for (const slot of (header?.slots ?? []).filter(({ type }) => type === PASSWORD_SLOT)) {
    const master = unwrap(slot, password);
    const text = master && openGcm(master, Buffer.from(db, "base64"), header.params);
    if (text) return parseJson(text.toString("utf8"), "The vault");
  }
  throw new Refusal("The password does not open the vault.");
}

function unwrap({ key, key_params: params, n: N, r, p, salt }, password) {
  if (!(N * r * 128 * p <= MOST_MEMORY)) throw new Refusal("The vault asks for too much memory.");
  const options = { N, r, p, maxmem: 2 * MOST_MEMORY };
  const derived = scryptSync(password, Buffer.from(salt, "hex"), 32, options);
  return openGcm(derived, Buffer.from(key, "hex"), params);
}

function openGcm(key, sealed, { nonce, tag }) {
  const options = { authTagLength: 16 };
  try {
    const cipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "hex"), options);
    cipher.setAuthTag(Buffer.from(tag, "hex"));
    return Buffer.concat([cipher.update(sealed), cipher.final()]);
  } catch {
    return null;
  }
}
