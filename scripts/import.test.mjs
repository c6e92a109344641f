/**
 * Tests the import into the accounts as an operator runs it, against the Worker in workerd with a
 * temporary database.
 */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { runImport as runAny, startService } from "./import-service.mjs";
import { ROOT } from "./wrangler.mjs";

const DUMP = join(ROOT, "scripts/fixtures/django-totp.json");
/** TOTP_ENCRYPTION_KEY of the project that the dump is from, and the secrets of its phones. */
const KEY = "aEzMsw-BYpLsQv_L33JP6a7Vdfhc63wwziZwmM4BSz8=";
const PHONES = {
  "ann@example.com": "7ZRXGSWKI7FLICUSE57AAY7XEPLAK2ZF",
  "bob@example.com": "EHB3BKNFC7WNHOEDKT32GKHSMK7MJHVH",
  "carol@example.org": "M4UASSZDZQWHGJHSHCUGK6A3GCG3VB2G",
};
const PASSWORD = "correct horse battery staple";

let service;
let post;

before(async () => {
  service = await startService();
  ({ post } = service);
  await register("ann@example.com", { username: "ann" });
  await register("bob@example.com", { username: "bob" });
  await register("carol@example.org");
  await register("dave@example.com", { username: "dave" });
});

after(() => service?.stop());

async function register(email, more = {}) {
  const body = { email, password: PASSWORD, ...more };
  assert.equal((await post("/admin/users", body, service.secrets.ADMIN_TOKEN)).status, 201);
}

/** Runs the import, which must not print anything secret. */
function runImport(args, { env = {}, stdin } = {}) {
  const { secrets, url } = service;
  return runAny(["--from", "django-totp", "--url", String(url), ...args], {
    env: { ADMIN_TOKEN: secrets.ADMIN_TOKEN, FERNET_KEY: "", STEPGATE_API_KEY: "", ...env },
    stdin,
    hidden: [KEY, ...Object.values(PHONES), ...Object.values(secrets), "gAAAA"],
  });
}

const withKey = { env: { FERNET_KEY: KEY } };

function rowsSaying(result) {
  return [
    ["1", "ann", result],
    ["2", "Bob", result],
    ["3", "carol@example.org", result],
    ["4", "dave", "not_confirmed"],
    ["5", "erin", "no_such_user"],
  ];
}

function logIn(email) {
  return post("/auth/login", { email, password: PASSWORD });
}

test("a dry run says of every row what would happen, and changes nothing", async () => {
  const { code, rows, stdout } = await runImport(["--dry-run", DUMP], withKey);
  assert.deepEqual(rows, rowsSaying("importable"));
  assert.match(stdout, /5 rows: 3 importable, 1 not_confirmed, 1 no_such_user\./);
  assert.match(stdout, /nothing was written/);
  assert.equal(code, 1);
  assert.equal((await logIn("ann@example.com")).body.status, "authenticated");
});

test("phones go on working after the import, each code once", async () => {
  const { code, rows, stdout } = await runImport(["--key-stdin", DUMP], { stdin: `${KEY}\n` });
  assert.deepEqual(rows, rowsSaying("imported"));
  assert.match(stdout, /Backup codes are not imported/);
  assert.equal(code, 1);
  for (const [email, secret] of Object.entries(PHONES)) {
    const phone = new TOTP({ secret: Secret.fromBase32(secret) });
    const next = phone.generate({ timestamp: Date.now() + 30_000 });
    const answer = async () => {
      const { challengeToken } = (await logIn(email)).body;
      return post("/auth/challenge", { challengeToken, code: next });
    };
    assert.equal((await answer()).status, 200);
    assert.equal((await answer()).body.code, "invalid_code");
  }
  assert.equal((await logIn("dave@example.com")).body.status, "authenticated");
});

test("a second run finds everything there, and a dry run knows it", async () => {
  for (const args of [["--dry-run", "--file", DUMP], [DUMP]]) {
    assert.deepEqual((await runImport(args, withKey)).rows, rowsSaying("already_there"));
  }
});

test("ends with 0 when no row failed, and gives nobody another one's secret", async () => {
  const [ann, bob] = JSON.parse(readFileSync(DUMP, "utf8")).map(({ fields }) => fields.secret_key);
  const header = "username,email,encrypted_secret";
  const importCsv = async (...lines) => {
    const path = join(service.folder, "rows.csv");
    writeFileSync(path, [header, ...lines].join("\n"));
    const { code, rows } = await runImport([path], withKey);
    return [code, rows.map((row) => row.at(-1))];
  };
  assert.deepEqual(await importCsv(`ann,ann@example.com,${ann}`), [0, ["already_there"]]);
  assert.deepEqual(await importCsv(`dave,,${ann}`, `DAVE,,${bob}`), [
    1,
    ["duplicate_user", "duplicate_user"],
  ]);
  assert.deepEqual(await importCsv(`dave,ann@example.com,${ann}`), [1, ["ambiguous_user"]]);
  assert.deepEqual(await importCsv(`dave,old@example.com,${ann}`), [1, ["ambiguous_user"]]);
  assert.deepEqual(await importCsv(`dave,,${ann.replace("A", "B")}`), [1, ["undecryptable"]]);
  assert.deepEqual(await importCsv(`,dave@example.com,${ann}`), [0, ["imported"]]);
});

test("refuses a wrong key, token, address or argument in one line, before anything is written", async () => {
  const refusal = async (args, options) => {
    const { code, stderr, rows } = await runImport(args, options);
    assert.deepEqual([code, rows], [1, []]);
    assert.match(stderr, /^stepgate: .*\n$/);
    return stderr;
  };
  assert.match(await refusal([DUMP]), /key is missing/);
  assert.match(await refusal([DUMP], { env: { FERNET_KEY: "a key" } }), /no Fernet key/);
  const stranger = { FERNET_KEY: KEY, ADMIN_TOKEN: "x".repeat(43) };
  assert.match(await refusal([DUMP], { env: stranger }), /another ADMIN_TOKEN/);
  const remote = ["--url", "http://2fa.example.com", DUMP];
  assert.match(await refusal(remote, withKey), /--url/);
  assert.match(await refusal(["--key", KEY, DUMP], withKey), /Usage/);
  assert.match(await refusal(["nowhere.json"], withKey), /nowhere\.json cannot be read/);
  assert.match(await refusal(["--from", "elsewhere", DUMP], withKey), /--from/);
  const other = await runImport(["--dry-run", DUMP], {
    env: { FERNET_KEY: "SVx7NsYc3tjT-NNByW5JOeXnuRrykkBOsfvQMEoWwIk=" },
  });
  assert.match(other.stdout, /4 undecryptable/);
});

test("brings any other system's factors to accounts, by user name or e-mail address", async () => {
  await register("fay@example.com", { username: "fay" });
  const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
  const path = join(service.folder, "uris.txt");
  writeFileSync(
    path,
    `otpauth://totp/Shop:Fay?secret=${secret}\notpauth://hotp/Shop:ann?secret=${secret}\n`,
  );
  const { code, rows } = await runImport(["--from", "otpauth", path]);
  assert.deepEqual(
    [code, rows],
    [
      1,
      [
        ["1", "Fay", "imported"],
        ["2", "ann", "hotp"],
      ],
    ],
  );
  const { challengeToken } = (await logIn("fay@example.com")).body;
  const phone = new TOTP({ secret: Secret.fromBase32(secret) });
  const next = phone.generate({ timestamp: Date.now() + 30_000 });
  assert.equal((await post("/auth/challenge", { challengeToken, code: next })).status, 200);
});

test("begins at a row, and imports nothing of a file that breaks off", async () => {
  const [ann, bob] = JSON.parse(readFileSync(DUMP, "utf8")).map(({ fields }) => fields.secret_key);
  const path = join(service.folder, "broken.csv");
  const lines = ["username,encrypted_secret", `ann,${ann}`, `bob,${bob}`];
  writeFileSync(path, lines.join("\n"));
  const later = await runImport(["--from-row", "2", path], withKey);
  assert.deepEqual(later.rows, [["2", "bob", "already_there"]]);
  await register("gus@example.com", { username: "gus" });
  writeFileSync(path, [lines[0], `gus,${bob}`, "bob"].join("\n"));
  const broken = await runImport([path], withKey);
  assert.deepEqual([broken.code, broken.rows], [1, []]);
  assert.match(broken.stderr, /^stepgate: Line 3 of the file is not CSV/);
  assert.equal((await logIn("gus@example.com")).body.status, "authenticated");
});
