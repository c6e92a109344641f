import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readDjangoTotp } from "./import/django-totp.mjs";
import { importFernetKey } from "./import/fernet.mjs";
import { openFile } from "./import/file.mjs";
import { Refusal } from "./refusal.mjs";

/** `manage.py dumpdata django_totp --natural-foreign --indent 2` of django-totp 1.1.4 on Django 3.2.25. */
const DUMP = readFileSync(new URL("fixtures/django-totp.json", import.meta.url), "utf8");
const KEY = "aEzMsw-BYpLsQv_L33JP6a7Vdfhc63wwziZwmM4BSz8=";
const records = JSON.parse(DUMP);
const [ann, bob] = records.map(({ fields }) => fields.secret_key);

const folder = mkdtempSync(join(tmpdir(), "stepgate-django-totp-"));
after(() => rmSync(folder, { recursive: true, force: true }));

async function readRows(text) {
  const path = join(folder, "file");
  writeFileSync(path, text);
  const key = await importFernetKey(KEY);
  return Array.fromAsync(readDjangoTotp(openFile(path), { key }));
}

/** Who a row is of, and the word that it has instead of a secret. */
const brief = async (text) =>
  (await readRows(text)).map(({ user: { username, email }, code }) => [username ?? email, code]);
const toLines = (values) => values.map((value) => JSON.stringify(value)).join("\n");

const totpOf = (user) => ({ model: "django_totp.totp", pk: 1, fields: { user, secret_key: "t" } });

const EXPECTED = [
  ["ann", undefined],
  ["Bob", undefined],
  ["carol@example.org", undefined],
  ["dave", "not_confirmed"],
  ["erin", undefined],
];

test("a dump names its users, and shows who never finished setting up", async () => {
  assert.deepEqual(await brief(DUMP), EXPECTED);
  assert.deepEqual(await brief(toLines(records)), EXPECTED);
  const [row] = await readRows(DUMP);
  const { secret, ...rest } = row;
  assert.equal(secret.byteLength, 20);
  assert.deepEqual(rest, { user: { username: "ann" }, algorithm: "SHA1", digits: 6, period: 30 });
});

test("a dump without backup codes shows of nobody that they finished", async () => {
  const bare = records.filter(({ model }) => model === "django_totp.totp");
  const rows = await brief(JSON.stringify(bare));
  assert.ok(rows.every(([, code]) => code === "not_confirmed"));
});

test("numbers of users need the users' own records, of whatever model", async () => {
  const fields = { username: "ann", email: "ann@example.com", password: "!", last_login: null };
  const own = { model: "people.person", pk: 4, fields };
  const [known] = await readRows(JSON.stringify([own, totpOf(4)]));
  assert.deepEqual(known.user, { id: "4", username: "ann", email: "ann@example.com" });
  const [unknown] = await readRows(JSON.stringify([own, totpOf(5)]));
  assert.deepEqual(unknown.user, { id: "5" });
});

test("plain rows come as CSV, JSON or JSON lines", async () => {
  const rows = [
    { username: "ann", email: "ann@example.com", encrypted_secret: ann },
    { username: "", email: "bob@example.com", encrypted_secret: bob },
  ];
  const csv = `\uFEFFUsername,email,encrypted_secret\r\nann,ann@example.com,${ann}\r\n,bob@example.com,${bob}\r\n`;
  const expected = await readRows(toLines(rows));
  assert.deepEqual(
    expected.map(({ user, code }) => [user, code]),
    [
      [{ username: "ann", email: "ann@example.com" }, undefined],
      [{ email: "bob@example.com" }, undefined],
    ],
  );
  assert.deepEqual(await readRows(JSON.stringify(rows)), expected);
  assert.deepEqual(await readRows(csv), expected);
});

test("CSV has quotes, line ends in them, and any order of columns", async () => {
  const csv = `encrypted_secret,username\n"${ann}","o""hara, ann"\n\n"t2","two\nlines"\n`;
  assert.deepEqual(await brief(csv), [
    [`o"hara, ann`, undefined],
    ["two\nlines", "undecryptable"],
  ]);
});

const FAULTS = {
  "username,secret\nann,t1": /in no known form/,
  '[{"model": "django_totp.totp", "pk": 1': /^The file is not JSON\.$/,
  '{"username": "ann"}\n{"token-of-bob': /^Line 2 of the file is not JSON\.$/,
  '[{"model": "auth.user", "pk": 1, "fields": {}}]': /holds no django_totp\.totp/,
  'username,encrypted_secret\nann"x,t1': /^Line 2 of the file is not CSV/,
  "username,encrypted_secret\nann,bob,t1": /^Line 2 of the file is not CSV/,
};
for (const [text, expected] of Object.entries(FAULTS)) {
  test(`refuses ${JSON.stringify(text)}, and quotes nothing of it`, async () => {
    await assert.rejects(
      readRows(text),
      (error) => error instanceof Refusal && expected.test(error.message),
    );
  });
}
