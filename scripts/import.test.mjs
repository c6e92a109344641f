/**
 * Tests the import as an operator runs it, against the Worker in workerd with a temporary database.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readStream } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { generateSecrets } from "./secrets.mjs";
import { QUIET, ROOT, runWrangler } from "./wrangler.mjs";

const DUMP = join(ROOT, "scripts/fixtures/django-totp.json");
/** TOTP_ENCRYPTION_KEY of the project that the dump is from, and the secrets of its phones. */
const KEY = "aEzMsw-BYpLsQv_L33JP6a7Vdfhc63wwziZwmM4BSz8=";
const PHONES = {
  "ann@example.com": "7ZRXGSWKI7FLICUSE57AAY7XEPLAK2ZF",
  "bob@example.com": "EHB3BKNFC7WNHOEDKT32GKHSMK7MJHVH",
  "carol@example.org": "M4UASSZDZQWHGJHSHCUGK6A3GCG3VB2G",
};
const PASSWORD = "correct horse battery staple";

const folder = mkdtempSync(join(tmpdir(), "stepgate-import-"));
const secrets = generateSecrets();
let worker;
let url;

before(async () => {
  const apply = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", folder];
  assert.equal((await runWrangler(apply)).code, 0);
  Object.assign(process.env, QUIET, { WRANGLER_LOG: "error" });
  const { unstable_startWorker } = await import("wrangler");
  const bindings = Object.entries(secrets).map(([name, value]) => [
    name,
    { type: "plain_text", value },
  ]);
  const quiet = { watch: false, inspector: false, logLevel: "error" };
  worker = await unstable_startWorker({
    config: join(ROOT, "wrangler.toml"),
    bindings: Object.fromEntries(bindings),
    dev: { persist: folder, server: { port: 0 }, ...quiet },
  });
  url = await worker.url;
  await register("ann@example.com", { username: "ann" });
  await register("bob@example.com", { username: "bob" });
  await register("carol@example.org");
  await register("dave@example.com", { username: "dave" });
});

after(async () => {
  await worker?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function post(path, body, token) {
  const response = await fetch(new URL(path, url), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

async function register(email, more = {}) {
  const body = { email, password: PASSWORD, ...more };
  assert.equal((await post("/admin/users", body, secrets.ADMIN_TOKEN)).status, 201);
}

/** Runs the import, which must not print anything secret. */
async function runImport(args, { env = {}, stdin = "" } = {}) {
  const child = spawn(
    process.execPath,
    [join(ROOT, "scripts/import.mjs"), "--from", "django-totp", "--url", String(url), ...args],
    { env: { ...process.env, ADMIN_TOKEN: secrets.ADMIN_TOKEN, FERNET_KEY: "", ...env } },
  );
  child.stdin.end(stdin);
  const ended = new Promise((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([child.stdout, child.stderr].map(readStream));
  const said = stdout + stderr;
  for (const secret of [KEY, ...Object.values(PHONES), ...Object.values(secrets), "gAAAA"]) {
    assert.ok(!said.includes(secret), "a secret was printed");
  }
  const rows = stdout.match(/^ *\d+ {2}.*$/gm) ?? [];
  return { code: await ended, stdout, stderr, rows: rows.map((row) => row.split(/ {2,}/)) };
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
    assert.deepEqual((await runImport(args, withKey)).rows, rowsSaying("secret_in_use"));
  }
});

test("ends with 0 when no row failed, and gives nobody another one's secret", async () => {
  const [ann, bob] = JSON.parse(readFileSync(DUMP, "utf8")).map(({ fields }) => fields.secret_key);
  const header = "username,email,encrypted_secret";
  const importCsv = async (...lines) => {
    const path = join(folder, "rows.csv");
    writeFileSync(path, [header, ...lines].join("\n"));
    const { code, rows } = await runImport([path], withKey);
    return [code, rows.map((row) => row.at(-1))];
  };
  assert.deepEqual(await importCsv(`ann,ann@example.com,${ann}`), [0, ["secret_in_use"]]);
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
