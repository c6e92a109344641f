/**
 * The three secrets of a Stepgate, in a file of NAME=value lines: `.dev.vars` on a laptop,
 * `.secrets.production` for a deployment. They are made fresh, never built in, and checked before
 * the Worker sees them. No message contains a value.
 */

import { createPrivateKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { Refusal } from "./refusal.mjs";

/**
 * Says what is wrong with a secret. The Worker's own rules are in src/env.ts, src/crypto/keyring.ts
 * and src/crypto/signing.ts.
 */
const FAULTS = {
  ADMIN_TOKEN: (value) => (value.length < 32 ? "is shorter than 32 characters" : null),
  KEYRING: (value) => findKeyFault(value, is256Bits, "256 bits in base64url"),
  SIGNING_KEYS: (value) => findKeyFault(value, isP256, "a P-256 private key (PKCS #8, base64url)"),
};

export const SECRET_NAMES = Object.keys(FAULTS);

export function generateSecrets() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
  return {
    ADMIN_TOKEN: randomBytes(32).toString("base64url"),
    KEYRING: `k1:${randomBytes(32).toString("base64url")}`,
    SIGNING_KEYS: `s1:${pkcs8.toString("base64url")}`,
  };
}

/**
 * Writes fresh secrets for the owner's eyes only. It never overwrites a file, which may be the only
 * copy.
 */
export function writeNewSecrets(path, comment) {
  const lines = Object.entries(generateSecrets()).map(([name, value]) => `${name}=${value}`);
  try {
    writeFileSync(path, `# ${comment}\n${lines.join("\n")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new Refusal(`${basename(path)} cannot be written: ${error.message}.`, { cause: error });
  }
}

/** Makes the file if there is none. Answers whether it did. */
export function ensureSecrets(path, comment) {
  if (existsSync(path)) return false;
  writeNewSecrets(path, comment);
  return true;
}

/**
 * Reads the file's values. All required ones must be there and well-formed. Throws a Refusal that
 * names the line or the secret.
 */
export function readSecrets(path) {
  const name = basename(path);
  const secrets = parseLines(readText(path), name);
  const missing = SECRET_NAMES.filter((secret) => !secrets[secret]);
  if (missing.length > 0) throw new Refusal(`${name} lacks ${missing.join(" and ")}.`);
  for (const secret of SECRET_NAMES) {
    const fault = FAULTS[secret](secrets[secret]);
    if (fault) throw new Refusal(`${name}: ${secret} ${fault}.`);
  }
  return secrets;
}

function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Refusal(`${basename(path)} cannot be read: ${error.message}.`, { cause: error });
  }
}

/**
 * Parses the lines. It is stricter than dotenv on purpose: without quotes, blanks, `#`, `$` and
 * backslashes, every reader of the file sees the same value.
 */
export function parseLines(text, name) {
  const secrets = {};
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const [, key, value] = /^([A-Z][A-Z0-9_]*)=([^\s'"`#$\\]*)$/.exec(line) ?? [];
    if (!key) {
      throw new Refusal(`${name}, line ${at + 1}: expected NAME=value without quotes or spaces.`);
    }
    if (key in secrets) throw new Refusal(`${name}, line ${at + 1}: ${key} is there twice.`);
    secrets[key] = value;
  }
  return secrets;
}

/** Checks a ring. Both rings are `id:key[,id:key…]`, newest first, with no id twice. */
function findKeyFault(ring, isKey, expected) {
  const ids = new Set();
  for (const entry of ring.split(",")) {
    const [, id, key] = /^([\w-]{1,32}):([\w-]+)=*$/.exec(entry) ?? [];
    if (!id) return "is not id:key[,id:key…]";
    if (ids.has(id)) return `has the id ${id} twice`;
    if (!isKey(Buffer.from(key, "base64url"))) return `is malformed: key ${id} is not ${expected}`;
    ids.add(id);
  }
  return null;
}

function is256Bits(key) {
  return key.byteLength === 32;
}

function isP256(der) {
  try {
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    return key.asymmetricKeyDetails?.namedCurve === "prime256v1";
  } catch {
    return false;
  }
}
