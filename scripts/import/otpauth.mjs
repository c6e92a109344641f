/**
 * A list of URIs, one a line: `otpauth://` (Key Uri Format of Google Authenticator), and what
 * Google's app exports. The account in the label is the user.
 */

import { Refusal } from "../refusal.mjs";
import { readMigration } from "./google-migration.mjs";
import { factor, refused } from "./row.mjs";
import { decodeBase32 } from "./secret.mjs";
import { readLines } from "./text.mjs";

export async function* readOtpauth(file) {
  const exports = new Map();
  for await (const { line } of readLines(file.stream())) {
    if (/^otpauth-migration:/i.test(line)) yield* readExport(line, exports);
    else yield readUri(line);
  }
  for (const { size, found } of exports.values()) {
    if (found.size === size) continue;
    throw new Refusal(`Google made ${size} codes, and ${found.size} of them are here.`);
  }
}

/** Reads one `otpauth://` URI. */
export function readUri(text) {
  const url = URL.parse(text);
  if (url?.protocol !== "otpauth:") return refused({}, "unreadable");
  const user = { username: accountOf(url.pathname.slice(1)) };
  const type = url.hostname.toLowerCase();
  if (type === "hotp") return refused(user, "hotp");
  if (type !== "totp") return refused(user, "unsupported_type");
  const said = [...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]);
  const { secret: text32, algorithm, digits, period } = Object.fromEntries(said);
  const isTwofold = new Set(said.map(([name]) => name)).size < said.length;
  const secret = isTwofold ? null : decodeBase32(text32);
  return factor(user, { secret, algorithm, digits, period });
}

/** `Issuer:account`, or the account alone, in percent-encoding. */
function accountOf(label) {
  try {
    const text = decodeURIComponent(label);
    return text.slice(text.indexOf(":") + 1);
  } catch {
    return "";
  }
}

/** Google shows an export as several codes if it is long. */
function* readExport(line, exports) {
  const part = readMigration(line);
  if (part) {
    const { size, index, id, rows } = part;
    const { found } = exports.get(id) ?? { found: new Set() };
    exports.set(id, { size, found: found.add(index) });
    yield* rows;
  } else yield refused({}, "unreadable");
}
