/**
 * `npm run common-passwords`: makes src/core/account/common-passwords.ts of the common passwords in @zxcvbn-ts/language-common: those of 8 characters
 * and more, since no shorter one is ever allowed, and the most common of the shorter ones, which are found as parts of a password. To be run
 * when that package is updated. The same list gives the same file.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Refusal, run } from "./refusal.mjs";
import { ROOT } from "./wrangler.mjs";

const PACKAGE = join(ROOT, "node_modules/@zxcvbn-ts/language-common");
const TARGET = join(ROOT, "src/core/account/common-passwords.ts");
const MIN_LENGTH = 8;
/** Of those that are parts of others; and how many of the list, which begins with the most common, are looked through for them. */
const MIN_PART_LENGTH = 5;
const MOST_COMMON = 5000;

/** Of passwords that are not on the list, one in so many is refused as well. Half of it makes the bundle 2.2 KB smaller. */
const FALSE_ALARM_ONE_IN = 12_500;
/** Differences are about FALSE_ALARM_ONE_IN, geometrically distributed: this is the shortest code for them. */
const RICE_BITS = Math.floor(Math.log2(FALSE_ALARM_ONE_IN * Math.LN2));

export async function renderCommonPasswords() {
  const { hashBelow } = await import("../src/crypto/golomb-set.ts");
  const { name, version } = readJson("package.json");
  const passwords = readList();
  const range = passwords.length * FALSE_ALARM_ONE_IN;
  const numbers = [...new Set(passwords.map((password) => hashBelow(range, password)))];
  return `// Made of ${name} ${version} (MIT) by \`npm run common-passwords\`. Do not edit.

import type { GolombSet } from "../../crypto/golomb-set";

export const COMMON_PASSWORDS: GolombSet = {
  count: ${numbers.length},
  range: ${range},
  riceBits: ${RICE_BITS},
  code: "${encode(numbers.toSorted((a, b) => a - b))}",
};
`;
}

/** In the form in which core/account/password-policy.ts looks them up. */
function readList() {
  const folded = readJson("src/passwords.json").map((one) => one.normalize("NFC").toLowerCase());
  return [...new Set(folded)].filter((one, rank) => {
    const length = Array.from(one).length;
    return length >= (rank < MOST_COMMON ? MIN_PART_LENGTH : MIN_LENGTH);
  });
}

function readJson(file) {
  return JSON.parse(readFileSync(join(PACKAGE, file), "utf8"));
}

/** As src/crypto/golomb-set.ts reads it. */
function encode(sorted) {
  const bits = sorted.map((number, at) => encodeDifference(number - (sorted[at - 1] ?? 0)));
  const bytes = bits.join("").match(/.{1,8}/g);
  return Buffer.from(bytes.map((byte) => parseInt(byte.padEnd(8, "0"), 2))).toString("base64");
}

function encodeDifference(difference) {
  const upper = Math.floor(difference / 2 ** RICE_BITS);
  const lower = difference % 2 ** RICE_BITS;
  return `${"1".repeat(upper)}0${lower.toString(2).padStart(RICE_BITS, "0")}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await run(async () => {
    if (!process.features.typescript) throw new Refusal("Run it as `npm run common-passwords`.");
    writeFileSync(TARGET, await renderCommonPasswords());
  });
}
