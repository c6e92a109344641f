/**
 * Imports every fixture into an app of its own, as a back end's operator does, and answers with
 * codes that otpauth makes of each secret.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { runImport, startService } from "./import-service.mjs";
import { SOURCES } from "./import/sources.mjs";

const FIXTURES = join(import.meta.dirname, "fixtures/import");
const expected = JSON.parse(readFileSync(join(FIXTURES, "expected.json"), "utf8"));
const KEY_SCOPES = ["enrol", "import", "verify"];

let service;
before(async () => {
  service = await startService();
});
after(() => service?.stop());

/** Makes an app with a key, and answers the key. */
async function makeApp(name) {
  const { post, secrets } = service;
  const app = await post("/admin/apps", { name, issuer: "Shop" }, secrets.ADMIN_TOKEN);
  assert.equal(app.status, 201);
  const body = { name: "import", scopes: KEY_SCOPES };
  const key = await post(`/admin/apps/${app.body.id}/keys`, body, secrets.ADMIN_TOKEN);
  return key.body.key;
}

/** What the app calls the user of a row. */
function idOf({ user: { id, username, email } }) {
  return id ?? username ?? email;
}

/** What the first run says of a row. */
function wordFor(row) {
  if (row.code) return row.code;
  return idOf(row) ? "imported" : "user_not_named";
}

for (const { file, source, key: secretKey, options = {}, rows } of expected) {
  test(`--from ${source} ${file}: phones go on working, and a second run finds them there`, async () => {
    const key = await makeApp(file.slice(0, 60));
    const variable = SOURCES[source].key?.env;
    const run = (...args) =>
      runImport(["--from", source, "--url", String(service.url), ...args, join(FIXTURES, file)], {
        env: { STEPGATE_API_KEY: key, ...(variable && { [variable]: secretKey ?? "" }) },
        hidden: [
          key,
          ...(secretKey ? [secretKey] : []),
          ...rows.flatMap(({ secret }) => secret ?? []),
        ],
      });
    const parameters = options.digits ? ["--digits", String(options.digits)] : [];
    const dry = await run("--dry-run", ...parameters);
    const first = rows.map(wordFor);
    assert.deepEqual(
      words(dry),
      first.map((word) => (word === "imported" ? "importable" : word)),
    );
    assert.deepEqual(words(await run(...parameters)), first);
    for (const row of rows.filter((one) => wordFor(one) === "imported"))
      await assertWorks(row, key);
    const second = first.map((word) => (word === "imported" ? "already_there" : word));
    assert.deepEqual(words(await run(...parameters)), second);
  });
}

/** What a run says of each row. */
function words({ rows }) {
  return rows.map((row) => row.at(-1));
}

/** The code after the one that the phone shows passes, once. */
async function assertWorks(row, key) {
  const { secret, algorithm, digits, period, drift = 0 } = row;
  const phone = new TOTP({ secret: Secret.fromHex(secret), algorithm, digits, period });
  const step = Math.floor(Date.now() / 1000 / period) + Math.max(0, drift) + 1;
  const code = phone.generate({ timestamp: step * period * 1000 });
  const path = `/v1/users/${encodeURIComponent(idOf(row))}/verify`;
  const verify = () => service.post(path, { code }, key);
  assert.equal((await verify()).body.valid, true, idOf(row));
  assert.equal((await verify()).body.valid, false, idOf(row));
}

test("a key without the scopes, or of nobody, imports nothing", async () => {
  const { post, secrets, url } = service;
  const app = await post("/admin/apps", { name: "narrow", issuer: "Shop" }, secrets.ADMIN_TOKEN);
  const path = `/admin/apps/${app.body.id}/keys`;
  const narrow = await post(path, { name: "x", scopes: ["enrol"] }, secrets.ADMIN_TOKEN);
  const refusal = async (key) => {
    const args = ["--from", "csv", "--url", String(url), join(FIXTURES, "uris.csv")];
    const { code, rows, stderr } = await runImport(args, { env: { STEPGATE_API_KEY: key } });
    assert.deepEqual([code, rows], [1, []]);
    return stderr;
  };
  assert.match(await refusal(narrow.body.key), /lacks the scope import/);
  assert.match(await refusal(`${narrow.body.key.slice(0, -4)}AAAA`), /does not know/);
});
