import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readRows } from "./django-totp.mjs";
import { Refusal } from "./refusal.mjs";

/** `manage.py dumpdata django_totp --natural-foreign --indent 2` of django-totp 1.1.4 on Django 3.2.25. */
const DUMP = readFileSync(new URL("fixtures/django-totp.json", import.meta.url), "utf8");
const records = JSON.parse(DUMP);

const brief = (text) => readRows(text).map(({ names, confirmed }) => [names.join(" "), confirmed]);
const toLines = (values) => values.map((value) => JSON.stringify(value)).join("\n");

const totpOf = (user) => ({ model: "django_totp.totp", pk: 1, fields: { user, secret_key: "t" } });

const EXPECTED = [
  ["ann", true],
  ["Bob", true],
  ["carol@example.org", true],
  ["dave", false],
  ["erin", true],
];

test("a dump names its users, and shows who never finished setting up", () => {
  assert.deepEqual(brief(DUMP), EXPECTED);
  assert.deepEqual(brief(toLines(records)), EXPECTED);
  const [row] = readRows(DUMP);
  assert.deepEqual(row, {
    number: 1,
    names: ["ann"],
    label: "ann",
    token: records[0].fields.secret_key,
    confirmed: true,
  });
});

test("a dump without backup codes shows of nobody that they finished", () => {
  const bare = records.filter(({ model }) => model === "django_totp.totp");
  assert.ok(brief(JSON.stringify(bare)).every(([, confirmed]) => !confirmed));
});

test("numbers of users need the users' own records, of whatever model", () => {
  const fields = { username: "ann", email: "ann@example.com", password: "!", last_login: null };
  const own = { model: "people.person", pk: 4, fields };
  const [known] = readRows(JSON.stringify([own, totpOf(4)]));
  assert.deepEqual(known.names, ["ann", "ann@example.com"]);
  const [unknown] = readRows(JSON.stringify([own, totpOf(5)]));
  assert.deepEqual([unknown.names, unknown.label], [[], "?"]);
});

test("plain rows come as CSV, JSON or JSON lines", () => {
  const rows = [
    { username: "ann", email: "ann@example.com", encrypted_secret: "t1" },
    { username: "", email: "bob@example.com", encrypted_secret: "t2" },
  ];
  const csv =
    "\uFEFFUsername,email,encrypted_secret\r\nann,ann@example.com,t1\r\n,bob@example.com,t2\r\n";
  const expected = readRows(toLines(rows));
  assert.deepEqual(
    expected.map(({ names, token, confirmed }) => [names, token, confirmed]),
    [
      [["ann", "ann@example.com"], "t1", true],
      [["bob@example.com"], "t2", true],
    ],
  );
  assert.deepEqual(readRows(JSON.stringify(rows)), expected);
  assert.deepEqual(readRows(csv), expected);
});

test("CSV has quotes, line ends in them, and any order of columns", () => {
  const csv = `encrypted_secret,username\n"t1","o""hara, ann"\n\n"t2","two\nlines"\n`;
  assert.deepEqual(
    readRows(csv).map(({ label, token }) => [label, token]),
    [
      [`o"hara, ann`, "t1"],
      ["two\nlines", "t2"],
    ],
  );
});

const FAULTS = {
  "": /in no known form/,
  "username,secret\nann,t1": /in no known form/,
  '[{"model": "django_totp.totp", "pk": 1': /^The file is not JSON\.$/,
  '{"username": "ann"}\n{"token-of-bob': /^Line 2 of the file is not JSON\.$/,
  "[]": /holds no row/,
  '[{"model": "auth.user", "pk": 1, "fields": {}}]': /holds no django_totp\.totp/,
  'username,encrypted_secret\nann"x,t1': /^Line 2 of the file is not CSV\.$/,
  "username,encrypted_secret\nann,bob,t1": /^Row 1 of the file has 3 fields, not 2\.$/,
};
for (const [text, expected] of Object.entries(FAULTS)) {
  test(`refuses ${JSON.stringify(text)}, and quotes nothing of it`, () => {
    assert.throws(
      () => readRows(text),
      (error) => error instanceof Refusal && expected.test(error.message),
    );
  });
}
