/**
 * allauth.mfa: `manage.py dumpdata mfa` (allauth/mfa/models.py, totp/internal/auth.py). The secret
 * is Base32 in `data.secret`, as the project's adapter encrypts it, which by default it does not. A
 * secret that is not Base32 is tried as Fernet, if there is a key. Digits and period are settings
 * of the project.
 */

import { ofModels, readDump } from "./django-dump.mjs";
import { openFernet } from "./fernet.mjs";
import { factor, refused } from "./row.mjs";
import { decodeBase32 } from "./secret.mjs";
import { objectOf } from "./text.mjs";

export async function* readAllauth(file, { key, digits, period }) {
  const { records, userOf } = await readDump(file);
  const all = ofModels(records, "mfa.authenticator");
  for (const { fields } of all.filter((record) => record.fields.type === "totp")) {
    const user = userOf(fields.user);
    const text = await open(dataOf(fields.data).secret, key);
    yield text === null
      ? refused(user, "undecryptable")
      : factor(user, { secret: decodeBase32(text), digits, period });
  }
}

/** Older versions of Django have a JSON field as text. */
function dataOf(data) {
  try {
    return objectOf(typeof data === "string" ? JSON.parse(data) : data);
  } catch {
    return {};
  }
}

async function open(text, key) {
  if (typeof text !== "string") return "";
  if (decodeBase32(text)) return text;
  return key ? openFernet(key, text) : null;
}
