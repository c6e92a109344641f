/**
 * django-totp (PyPI): a dump of its app (`manage.py dumpdata django_totp`), or rows of user name,
 * e-mail address and sealed secret (CSV, JSON or JSON lines). The secrets are Base32, sealed with
 * Fernet.
 */

import { Refusal } from "../refusal.mjs";
import { ofModels, readDump } from "./django-dump.mjs";
import { openFernet } from "./fernet.mjs";
import { factor, refused } from "./row.mjs";
import { decodeBase32 } from "./secret.mjs";
import { objectOf, readTable } from "./text.mjs";

const TOTP = "django_totp.totp";
const BACKUP_CODE = "django_totp.backupcode";
const COLUMNS = ["username", "email", "encrypted_secret"];

export async function* readDjangoTotp(file, { key }) {
  const isDump = /"model"\s*:/.test(await file.head());
  yield* isDump ? readFactors(file, key) : readRows(file, key);
}

async function* readRows(file, key) {
  for await (const { username, email, encrypted_secret: token } of readTable(file, assertHeader)) {
    yield openRow({ username, email }, token, key);
  }
}

/**
 * Reads a dump. django-totp calls a factor enabled if there are backup codes, used or not, because
 * they come with the first right code.
 */
async function* readFactors(file, key) {
  const { records, userOf } = await readDump(file);
  const codes = records.filter(({ model }) => model === BACKUP_CODE);
  const confirmed = new Set(codes.map(({ fields }) => String(objectOf(fields).totp)));
  for (const { pk, fields } of ofModels(records, TOTP)) {
    const user = userOf(fields.user);
    if (confirmed.has(String(pk))) yield openRow(user, fields.secret_key, key);
    else yield refused(user, "not_confirmed");
  }
}

async function openRow(user, token, key) {
  const secret = typeof token === "string" ? await openFernet(key, token.trim()) : null;
  return secret === null
    ? refused(user, "undecryptable")
    : factor(user, { secret: decodeBase32(secret) });
}

function assertHeader(names) {
  if (names.includes("encrypted_secret") && names.every((name) => COLUMNS.includes(name))) return;
  const expected = `a dump of django_totp, or a first line ${COLUMNS.join(",")}`;
  throw new Refusal(`The file is in no known form: ${expected}.`);
}
