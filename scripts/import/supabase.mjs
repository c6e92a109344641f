/**
 * Supabase: rows of `auth.mfa_factors` with the e-mail address of the user, as CSV, JSON or JSON
 * lines (github.com/supabase/auth, migrations/…_add_mfa_schema). Secrets are Base32, and codes are
 * made as every authenticator app makes them.
 */

import { Refusal } from "../refusal.mjs";
import { factor, refused } from "./row.mjs";
import { decodeBase32 } from "./secret.mjs";
import { readTable } from "./text.mjs";

const NEEDED = ["user_id", "factor_type", "status", "secret"];

export async function* readSupabase(file) {
  for await (const row of readTable(file, assertHeader)) yield readFactor(row);
}

function readFactor({
  user_id: id,
  email,
  factor_type: type,
  status,
  secret,
  friendly_name: name,
}) {
  const user = { id, email };
  if (type !== "totp") return refused(user, "other_factor");
  if (status !== "verified") return refused(user, "not_confirmed");
  // With GOTRUE_SECURITY_DB_ENCRYPTION_ENCRYPT it is a JSON object with the key's id.
  if (String(secret).startsWith("{")) return refused(user, "undecryptable");
  return factor(user, { secret: decodeBase32(secret), name });
}

function assertHeader(names) {
  if (NEEDED.every((name) => names.includes(name))) return;
  throw new Refusal(`The first line of the file does not name ${NEEDED.join(", ")}.`);
}
