/**
 * Every row of every fixture becomes what its format means by it. The fixtures, and where each
 * format is described, are in fixtures/import/README.md.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { assert as hold, asyncProperty, constantFrom, double, nat, pre, record } from "fast-check";
import { openFile } from "./import/file.mjs";
import { MEANINGS } from "./import/meanings.mjs";
import { BOUNDS } from "./import/row.mjs";
import { SOURCES } from "./import/sources.mjs";
import { readUserMap } from "./import/user-map.mjs";
import { Refusal } from "./refusal.mjs";

const FIXTURES = join(import.meta.dirname, "fixtures/import");
const expected = JSON.parse(readFileSync(join(FIXTURES, "expected.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "stepgate-sources-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The rows of a file, with secrets in hex. */
async function rowsOf(source, path, { key: text, options } = {}) {
  const { read, key: wanted } = SOURCES[source];
  const key = text && (await wanted.read(text));
  const rows = await Array.fromAsync(read(openFile(path), { key, ...options }));
  return rows.map(({ secret, ...row }) => ({
    ...row,
    ...(secret && { secret: Buffer.from(secret).toString("hex") }),
  }));
}

function write(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

for (const { file, source, rows, ...asked } of expected) {
  test(`--from ${source} reads ${file}`, async () => {
    assert.deepEqual(await rowsOf(source, join(FIXTURES, file), asked), rows);
  });
}

test("every source has a fixture, and every fixture a row that moves", () => {
  const covered = new Set(expected.map(({ source }) => source));
  // That of django-totp is a real dump (django-totp.test.mjs).
  assert.deepEqual(covered, new Set(Object.keys(SOURCES).filter((name) => name !== "django-totp")));
  for (const { file, rows } of expected)
    assert.ok(
      rows.some(({ secret }) => secret),
      file,
    );
});

test("every word of a fixture's row is explained", () => {
  const words = expected.flatMap(({ rows }) => rows.flatMap(({ code }) => code ?? []));
  for (const word of words) assert.ok(MEANINGS[word], word);
});

test("the bounds are those of the service", () => {
  const policy = readFileSync(join(import.meta.dirname, "../src/core/policy.ts"), "utf8");
  const valueOf = (name) =>
    Number(new RegExp(`^export const ${name} = (\\d+);`, "m").exec(policy)[1]);
  const [bounds] = /(?<=^export const TOTP_BOUNDS = ).*(?= as const;$)/m.exec(policy);
  const [MAX_DRIFT, MIN_SECRET_BYTES, MIN_SHORT_SECRET_BYTES, MAX_SECRET_BYTES] =
    "MAX_DRIFT MIN_SECRET_BYTES MIN_SHORT_SECRET_BYTES MAX_SECRET_BYTES".split(" ").map(valueOf);
  const TOTP_BOUNDS = JSON.parse(bounds.replaceAll(/(\w+):/g, '"$1":'));
  const drift = { min: -MAX_DRIFT, max: MAX_DRIFT };
  const bytes = { min: MIN_SECRET_BYTES, short: MIN_SHORT_SECRET_BYTES, max: MAX_SECRET_BYTES };
  assert.deepEqual(BOUNDS, { ...TOTP_BOUNDS, drift, bytes });
});

const CSV = "username,secret\n";
const B32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const FAULTS = [
  ["csv", "", /The first line|no row/],
  ["csv", "username,secret,digit\nann,ABC,8\n", /has to name columns/],
  ["csv", `secret\n${B32}\n`, /has to name columns/],
  ["csv", `${CSV}ann,${B32},x\n`, /^Line 2 of the file is not CSV/],
  ["csv", `${CSV}ann,"${B32}\n`, /^Line \d of the file is not CSV/],
  ["csv", `${CSV}ann,a"${B32}\n`, /^Line \d of the file is not CSV/],
  ["keycloak", `{"users": [{"secret": "${B32}"`, /^The file is not JSON\.$/],
  ["auth0", `{"user_id": "a"}\n{"${B32}`, /^Line 2 of the file is not JSON\.$/],
  [
    "django-otp",
    `[{"model": "auth.user", "pk": 1, "fields": {}}]`,
    /holds no otp_totp\.totpdevice/,
  ],
  ["allauth", "[]", /holds no mfa\.authenticator/],
  ["authelia", `totp_configurations: [${B32}: }`, /^The file is not YAML\.$/],
  ["authelia", "users: []", /holds no totp_configurations/],
  ["authelia", "issuer,username\nAuthelia,ann\n", /^The first line of the file is not/],
  ["supabase", `id,secret\n1,${B32}\n`, /does not name user_id/],
  ["aegis", `{"db": {}}`, /holds no vault/],
  ["pskc", `<KeyContainer>${B32}`, /^The file is not XML\.$/],
  ["pskc", "<Other/>", /holds no KeyContainer/],
];
for (const [at, [source, text, message]] of FAULTS.entries()) {
  test(`--from ${source} refuses ${JSON.stringify(text)}, and quotes nothing of it`, async () => {
    const found = rowsOf(source, write(`fault-${at}`, text));
    if (text === "") return assert.deepEqual(await found, []);
    await assert.rejects(found, (error) => {
      assert.ok(error instanceof Refusal, error.stack);
      assert.match(error.message, message);
      return !error.message.includes(B32);
    });
  });
}

test("a damaged file gives rows or a refusal, and no fault of the reader", async () => {
  const seed = 20_260_301;
  const damage = record({
    which: nat({ max: expected.length - 1 }),
    at: double({ min: 0, max: 1, noNaN: true }),
    cut: nat({ max: 40 }),
    put: constantFrom("", "null", "[]", "{}", "0", '"', ",", "<", "\n", "\u0000"),
  });
  const property = asyncProperty(damage, async ({ which, at, cut, put }) => {
    const { file, source, rows: _, ...asked } = expected[which];
    // scrypt takes its time, and the vault inside is authenticated.
    pre(file !== "aegis-sealed.json");
    const text = readFileSync(join(FIXTURES, file), "utf8");
    const start = Math.floor(at * text.length);
    const path = write("damaged", text.slice(0, start) + put + text.slice(start + cut));
    await rowsOf(source, path, asked).catch((error) => {
      assert.ok(error instanceof Refusal, `${file} at ${start}: ${error.stack}`);
    });
  });
  await hold(property, { seed, numRuns: 1500 });
});

/** Gives each value in a JSON value in turn, with a function that puts another in its place. */
function* placesIn(value, put) {
  yield put;
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    const copy = (other) => Object.assign(structuredClone(value), { [name]: other });
    yield* placesIn(inner, (other) => put(copy(other)));
  }
}

test("a value of another kind anywhere gives rows or a refusal", async () => {
  for (const { file, source, rows: _, ...asked } of expected) {
    if (!file.endsWith(".json") || file === "aegis-sealed.json") continue;
    const value = JSON.parse(readFileSync(join(FIXTURES, file), "utf8"));
    for (const put of placesIn(value, (other) => other)) {
      for (const other of [null, 7, "x", [], {}, [null]]) {
        const path = write("other", JSON.stringify(put(other)));
        await rowsOf(source, path, asked).catch((error) => {
          assert.ok(
            error instanceof Refusal,
            `${file}: ${JSON.stringify(put(other))} ${error.stack}`,
          );
        });
      }
    }
  }
});

test("encrypted files need their key, and the right one", async () => {
  await assert.rejects(rowsOf("pskc", join(FIXTURES, "pskc-aes.xml")), /give the pre-shared key/);
  await assert.rejects(rowsOf("aegis", join(FIXTURES, "aegis-sealed.json")), /give its password/);
  await assert.rejects(
    rowsOf("aegis", join(FIXTURES, "aegis-sealed.json"), { key: "another" }),
    /does not open/,
  );
  const other = rowsOf("pskc", join(FIXTURES, "pskc-aes.xml"), { key: "00".repeat(16) });
  await assert.rejects(other, /does not open the file/);
  assert.throws(() => SOURCES.pskc.key.read("0011"), /no AES key/);
  const app = await rowsOf("better-auth", join(FIXTURES, "better-auth.csv"), {
    key: "another app",
  });
  assert.deepEqual(
    app.map(({ code }) => code),
    ["undecryptable", "undecryptable", "undecryptable", "not_confirmed"],
  );
});

test("opens figure 6 of RFC 6030, here as TOTP", async () => {
  const aes = `<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>`;
  const sealed = (text) =>
    `${aes}<xenc:CipherData><xenc:CipherValue>${text}</xenc:CipherValue></xenc:CipherData>`;
  const macKey = sealed("ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX");
  const value = sealed("AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv");
  const figure = `<KeyContainer Version="1.0" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">
    <EncryptionKey/><MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1">
    <MACKey>${macKey}</MACKey></MACMethod><KeyPackage>
    <Key Id="12345678" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp"><AlgorithmParameters>
    <ResponseFormat Length="8" Encoding="DECIMAL"/></AlgorithmParameters><Data><Secret>
    <EncryptedValue>${value}</EncryptedValue><ValueMAC>Su+NvtQfmvfJzF6bmQiJqoLRExc=</ValueMAC>
    </Secret></Data></Key></KeyPackage></KeyContainer>`;
  const key = "12345678901234567890123456789012";
  const [{ secret, digits }] = await rowsOf("pskc", write("figure-6.xml", figure), { key });
  assert.deepEqual([Buffer.from(secret, "hex").toString(), digits], ["12345678901234567890", 8]);
});

test("one of Google's codes that is missing is noticed", async () => {
  const part = rowsOf("otpauth", join(FIXTURES, "google-part.txt"));
  await assert.rejects(part, /Google made 2 codes, and 1 of them are here/);
});

test("--users names users anew, by whatever the file calls them", async () => {
  const rename = await readUserMap(openFile(write("map.csv", "from,to\nTOTP0001,ann\n")));
  const rows = await rowsOf("privacyidea", join(FIXTURES, "privacyidea-1.csv"));
  assert.deepEqual(
    rows.map((row) => rename(row).user),
    [{ id: "ann", username: "ann" }, { serial: "TOTP0002" }],
  );
  for (const text of ["a,b\n1,2\n", "from,to\n1,2\n1,3\n"]) {
    await assert.rejects(readUserMap(openFile(write("bad-map.csv", text))), Refusal);
  }
});
