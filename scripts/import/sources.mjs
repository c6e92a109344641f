/**
 * The systems that users come from. `read` gives the rows of a file in the order of the file.
 * `key` says what opens the secrets: the environment variable that has it, and how it is read.
 */

import { Refusal } from "../refusal.mjs";
import { readAegis } from "./aegis.mjs";
import { readAllauth } from "./allauth.mjs";
import { readAuth0 } from "./auth0.mjs";
import { readAuthelia } from "./authelia.mjs";
import { keyOfApp, readBetterAuth } from "./better-auth.mjs";
import { readPlainCsv } from "./csv.mjs";
import { readAuthentik, readDjangoOtp } from "./django-otp.mjs";
import { readDjangoTotp } from "./django-totp.mjs";
import { importFernetKey } from "./fernet.mjs";
import { readKeycloak } from "./keycloak.mjs";
import { readOtpauth } from "./otpauth.mjs";
import { readPrivacyidea } from "./privacyidea.mjs";
import { readPskc } from "./pskc.mjs";
import { decodeHex } from "./secret.mjs";
import { readSupabase } from "./supabase.mjs";

const FERNET = { env: "FERNET_KEY", read: readFernetKey };

export const SOURCES = {
  "django-totp": { read: readDjangoTotp, key: { ...FERNET, isNeeded: true } },
  "django-otp": { read: readDjangoOtp },
  allauth: { read: readAllauth, key: FERNET },
  authelia: { read: readAuthelia },
  keycloak: { read: readKeycloak },
  privacyidea: { read: readPrivacyidea },
  pskc: { read: readPskc, key: { env: "PSKC_KEY", read: readAesKey } },
  authentik: { read: readAuthentik },
  supabase: { read: readSupabase },
  auth0: { read: readAuth0 },
  "better-auth": {
    read: readBetterAuth,
    key: { env: "BETTER_AUTH_SECRET", read: keyOfApp, isNeeded: true },
  },
  aegis: { read: readAegis, key: { env: "AEGIS_PASSWORD", read: (text) => text } },
  otpauth: { read: readOtpauth },
  csv: { read: readPlainCsv },
};

async function readFernetKey(text) {
  const key = await importFernetKey(text);
  if (key) return key;
  throw new Refusal("That is no Fernet key: 32 bytes in base64url, 44 characters.");
}

function readAesKey(text) {
  const key = decodeHex(text);
  if (key && [16, 24, 32].includes(key.byteLength)) return key;
  throw new Refusal("That is no AES key: 16, 24 or 32 bytes in hex.");
}
