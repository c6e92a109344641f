/**
 * Keycloak: what `kc.sh export` writes, a realm or the users of one (OTPCredentialModel.java). The
 * key is the UTF-8 text of the secret, unless `secretEncoding` says that it is Base32.
 */

import { factor, refused } from "./row.mjs";
import { decodeBase32, DECODERS } from "./secret.mjs";
import { objectOf, objectsOf, parseJson } from "./text.mjs";

export function* readKeycloak(file) {
  for (const { users } of objectsOf(parseJson(file.text()))) {
    for (const { id, username, email, credentials } of objectsOf(users)) {
      for (const credential of objectsOf(credentials)) {
        if (credential.type === "otp") yield readCredential({ id, username, email }, credential);
      }
    }
  }
}

function readCredential(user, { credentialData, secretData, userLabel: name }) {
  const { subType, secretEncoding, algorithm, digits, period } = parseInner(credentialData);
  if (subType === "hotp") return refused(user, "hotp");
  if (subType !== "totp") return refused(user, "unsupported_type");
  const secret = decode(parseInner(secretData).value, secretEncoding);
  return factor(user, { secret, algorithm, digits, period, name });
}

function decode(value, encoding) {
  if (typeof value !== "string" || value === "") return null;
  if (encoding === undefined || encoding === null) return DECODERS.text(value);
  return /^base32$/i.test(encoding) ? decodeBase32(value) : null;
}

/** Both are JSON in a text. */
function parseInner(text) {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}
