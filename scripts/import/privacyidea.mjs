/**
 * privacyIDEA: its "OATH CSV" (doc/workflows_and_tools/import/index.rst), of version 1, and of
 * version 2, whose first three columns are the user. The type is HOTP if it is left out, the length
 * of the key tells the algorithm, and keys are hex.
 */

import { factor, refused } from "./row.mjs";
import { decodeHex } from "./secret.mjs";
import { readBareCsv } from "./text.mjs";

/** By the number of hex digits. Any other length is SHA-1. */
const ALGORITHMS = { 56: "SHA224", 64: "SHA256", 96: "SHA384", 128: "SHA512" };

export async function* readPrivacyidea(file) {
  const isSecond = /^#\s*version:\s*2\b/.test(await file.head());
  for await (const fields of readBareCsv(file.stream())) {
    const [username] = isSecond ? fields.splice(0, 3) : [];
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
