/**
 * privacyIDEA: its "OATH CSV" (doc/workflows_and_tools/import/index.rst), of version 1, and of
 * version 2, whose first three columns are the user. What `pi-token-janitor … export --format csv`
 * writes begins with `login@realm` instead (cli/pitokenjanitor/utils/findtokens.py). The type is
 * HOTP if it is left out, the length of the key tells the algorithm, and keys are hex.
 */

import { factor, refused } from "./row.mjs";
import { decodeHex } from "./secret.mjs";
import { readBareCsv } from "./text.mjs";

/** By the number of hex digits. Any other length is SHA-1. */
const ALGORITHMS = { 56: "SHA224", 64: "SHA256", 96: "SHA384", 128: "SHA512" };

export async function* readPrivacyidea(file) {
  const isSecond = /^#\s*version:\s*2\b/.test(await file.head());
  for await (const fields of readBareCsv(file.stream())) {
    const username = takeUser(fields, isSecond);
    const [serial, key = "", type = "", digits, period] = fields;
    const user = { username, serial };
    const kind = type.toLowerCase() || "hotp";
    if (kind === "hotp") yield refused(user, "hotp");
    else if (kind !== "totp") yield refused(user, "unsupported_type");
    else {
      const secret = decodeHex(key);
      yield factor(user, { secret, algorithm: ALGORITHMS[key.length], digits, period });
    }
  }
}

/** Takes the user off the front of a row. */
function takeUser(fields, isSecond) {
  if (isSecond) return fields.splice(0, 3)[0];
  if (!/^[th]otp$/i.test(fields[3] ?? "")) return undefined;
  const [owner] = fields.splice(0, 1);
  return owner === "n/a" ? undefined : owner.replace(/@[^@]*$/, "");
}
