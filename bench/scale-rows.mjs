/**
 * Arguments: the bundle, the checkout. Prints as JSON how many bytes of the database a user takes, with one authenticator and ten backup
 * codes, and how many an event, with address and browser: rows as the service itself makes them, with their indexes.
 */

import { pathToFileURL } from "node:url";
import { Secret } from "otpauth";
import { codeNow } from "./phone.mjs";
import { openDatabase } from "./sqlite-d1.mjs";
import { addKey, depsOn } from "./storage-deps.mjs";
import { migrate } from "./storage-seed.mjs";

const [script, root] = process.argv.slice(2);
const core = await import(pathToFileURL(script).href);
const USERS = 1000;
const TABLES_OF_A_USER = ["users", "authenticators", "backup_codes"];
const BROWSER =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

const { sqlite, d1 } = openDatabase(":memory:", { keepStatements: true });
migrate(sqlite, root);
const appId = `app_${"a".repeat(16)}`;
sqlite
  .prepare("INSERT INTO apps (id, name, issuer, settings, created_at) VALUES (?, 'A', 'A', ?, 1)")
  .run(appId, JSON.stringify(core.DEFAULT_SETTINGS));
const keyring = await core.parseKeyring(`k1:${"B".repeat(42)}A`);
const scopes = { appId, now: Date.now() };
const enrolling = await addKey(core, sqlite, { ...scopes, scope: "enrol" });
const verifying = await addKey(core, sqlite, { ...scopes, scope: "verify" });
for (let at = 0; at < USERS; at++) await liveALittle(crypto.randomUUID());
console.log(
  JSON.stringify({
    user: bytesOfEach(TABLES_OF_A_USER, "users"),
    event: bytesOfEach(["audit_events"]),
  }),
);

/** Enrols, confirms, and verifies once. */
async function liveALittle(userId) {
  const parameters = { algorithm: "SHA1", digits: 6, period: 30 };
  const input = { accountName: "ada@example.com", parameters };
  const { id, secret } = await core.enrol(deps(), { ...enrolling, userId }, input);
  const key = Secret.fromBase32(secret).hex;
  const first = { authenticatorId: id, code: codeNow(key) };
  await core.confirm(deps(), { ...enrolling, userId }, { ...first, withBackupCodes: true });
  const { valid } = await core.verifyCode(
    deps(),
    { ...verifying, userId },
    { code: codeNow(key, 1) },
  );
  if (!valid) throw new Error(`${userId} was refused.`);
}

function deps() {
  const request = { id: crypto.randomUUID(), ip: "192.0.2.111", userAgent: BROWSER };
  return { ...depsOn(d1, { keyring, now: new Date() }), request };
}

function bytesOfEach(tables, counted = tables[0]) {
  const sizes = sqlite.prepare(
    "SELECT sum(pgsize) AS size FROM dbstat JOIN sqlite_schema USING (name) WHERE tbl_name IN (SELECT value FROM json_each(?))",
  );
  const { n } = sqlite.prepare(`SELECT count(*) AS n FROM ${counted}`).get();
  return Math.round(sizes.get(JSON.stringify(tables)).size / n);
}
