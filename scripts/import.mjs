/**
 * `npm run import -- --from django-totp FILE` moves the second factors of a django-totp
 * installation into the accounts of a Stepgate, so that phones go on working. docs/import.md is the
 * guide. The key that opens the secrets is never an argument, because other users of the machine
 * see those.
 */

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { text as readStream } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { connect } from "./api-client.mjs";
import { readRows } from "./django-totp.mjs";
import { importFernetKey } from "./fernet.mjs";
import { importRows } from "./import-rows.mjs";
import { readAdminToken, readUrl } from "./operator.mjs";
import { Refusal, run } from "./refusal.mjs";

const USAGE =
  "npm run import -- --from django-totp [--dry-run] [--allow-short] [--url URL] [--key-stdin] FILE (docs/import.md)";
const WIDEST_LABEL = 40;

await run(async () => {
  const { file, url, dryRun, allowShort, keyStdin } = readArguments();
  const token = readAdminToken(url);
  const rows = readRows(readFile(file));
  const key = await readKey(keyStdin);
  const report = tellRows(rows);
  const outcome = await importRows(connect(url), rows, {
    key,
    token,
    asked: { ...(dryRun && { dryRun }), ...(allowShort && { allowShort }) },
    report,
  });
  tellOutcome(rows, outcome, dryRun);
  if (outcome.failed > 0) process.exitCode = 1;
});

function readArguments() {
  const { values, positionals } = parseKnown();
  const file = values.file ?? positionals[0];
  if (!file || positionals.length > (values.file ? 0 : 1)) throw new Refusal(`Usage: ${USAGE}`);
  if (values.from !== "django-totp") throw new Refusal("--from is django-totp: it knows no other.");
  const flags = {
    dryRun: values["dry-run"] ?? false,
    allowShort: values["allow-short"] ?? false,
    keyStdin: values["key-stdin"] ?? false,
  };
  return { file, url: readUrl(values.url), ...flags };
}

/**
 * Parses the arguments. The parser's own message is not shown, because it may quote what was given.
 */
function parseKnown() {
  const flag = { type: "boolean" };
  const text = { type: "string" };
  const flags = { "dry-run": flag, "allow-short": flag, "key-stdin": flag };
  const options = { from: text, file: text, url: text, ...flags };
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Refusal(`Usage: ${USAGE}`, { cause: error });
  }
}

function readFile(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Refusal(`${basename(path)} cannot be read: ${error.code}.`, { cause: error });
  }
}

async function readKey(fromStdin) {
  const text = fromStdin ? await readStream(process.stdin) : (process.env.FERNET_KEY ?? "");
  if (text.trim() === "") {
    throw new Refusal("The key is missing: FERNET_KEY in the environment, or --key-stdin.");
  }
  const key = await importFernetKey(text.trim());
  if (key) return key;
  throw new Refusal("That is no Fernet key: 32 bytes in base64url, 44 characters.");
}

/** Prints one line for each row: its number, the user, and the code. */
function tellRows(rows) {
  const widest = Math.max(...rows.map(({ label }) => label.length));
  const width = Math.min(widest, WIDEST_LABEL);
  const digits = String(rows.length).length;
  return ({ number, label }, code) => {
    console.log(`${String(number).padStart(digits)}  ${printable(label).padEnd(width)}  ${code}`);
  };
}

/** Replaces characters that a terminal obeys, because names come from strangers. */
function printable(text) {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}

function tellOutcome(rows, { failed, counts, meanings }, dryRun) {
  const told = [...counts].map(([code, count]) => `${count} ${code}`).join(", ");
  console.log(`\n${rows.length} ${rows.length === 1 ? "row" : "rows"}: ${told}.`);
  for (const [code, meaning] of meanings) console.log(`  ${code}: ${meaning}`);
  if (counts.get("undecryptable") === rows.length) console.log("Is it the right key?");
  if (dryRun) console.log("This was a dry run: nothing was written.");
  else if (failed > 0) console.log("Run it again when that is mended: what is there stays.");
  console.log(
    "Backup codes are not imported: django-totp's have 96 bits and are case-sensitive. Users make new ones after logging in.",
  );
}
