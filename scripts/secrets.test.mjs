import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Refusal } from "./refusal.mjs";
import { generateSecrets, readSecrets, SECRET_NAMES, writeNewSecrets } from "./secrets.mjs";

const folder = mkdtempSync(join(tmpdir(), "stepgate-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, ".dev.vars");

/**
 * Gives the message that refuses a file with these secrets. The message must not contain a value.
 */
function fault(secrets, text = toLines(secrets)) {
  writeFileSync(path, text);
  try {
    readSecrets(path);
  } catch (error) {
    assert.ok(error instanceof Refusal);
    for (const value of Object.values(secrets)) assert.ok(!value || !error.message.includes(value));
    return error.message;
  }
  return null;
}

function toLines(secrets) {
  return Object.entries(secrets)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

test("what is written can be read, by the owner only, and is never overwritten", () => {
  const fresh = join(folder, "fresh");
  writeNewSecrets(fresh, "a comment");
  assert.deepEqual(Object.keys(readSecrets(fresh)), SECRET_NAMES);
  if (process.platform !== "win32") assert.equal(statSync(fresh).mode & 0o777, 0o600);
  assert.throws(() => writeNewSecrets(fresh, "again"), /cannot be written/);
});

test("no two machines get the same secrets", () => {
  const [one, other] = [generateSecrets(), generateSecrets()];
  for (const name of SECRET_NAMES) assert.notEqual(one[name], other[name]);
});

test("comments, empty lines, other variables and several keys are fine", () => {
  const good = generateSecrets();
  good.KEYRING += `,${generateSecrets().KEYRING.replace("k1", "k0")}`;
  assert.equal(fault(good, `# mine\r\n\r\nAUDIT_RETENTION_DAYS=30\r\n${toLines(good)}`), null);
});

test("a line that is not NAME=value is named by its number", () => {
  const good = generateSecrets();
  for (const bad of ["KEYRING", "KEYRING k1:abc", "=k1:abc", "A='b'", 'A="b"', "A=b c", "A=$B"]) {
    assert.match(fault(good, `# first\n${bad}\n${toLines(good)}`), /\.dev\.vars, line 2: expected/);
  }
  assert.match(fault(good, toLines(good).repeat(2)), /line 4: ADMIN_TOKEN is there twice/);
});

test("each required secret is missed by its name", () => {
  for (const name of SECRET_NAMES) {
    assert.match(fault({ ...generateSecrets(), [name]: "" }), new RegExp(`lacks ${name}`));
  }
});

const MALFORMED = {
  ADMIN_TOKEN: ["xyzzy"],
  KEYRING: ["k1:abcd", "k1", `:${"A".repeat(43)}`, `k1:${"A".repeat(43)},k1:${"B".repeat(43)}`],
  SIGNING_KEYS: [
    "s1:abcd",
    generateSecrets().SIGNING_KEYS.slice(0, -20),
    generateSecrets().KEYRING,
  ],
};
for (const [name, values] of Object.entries(MALFORMED)) {
  test(`a malformed ${name} is refused by its name`, () => {
    for (const value of values) {
      assert.match(fault({ ...generateSecrets(), [name]: value }), new RegExp(`: ${name} `));
    }
  });
}
