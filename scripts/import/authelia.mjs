/**
 * Authelia: what `authelia storage user totp export` writes, which is YAML, `… export csv`, and
 * `… export uri` (internal/model/totp_configuration.go, internal/commands/storage_run.go). A secret
 * is Base32, and in the YAML that text is Base64 once more.
 */

import { parse } from "yaml";
import { Refusal } from "../refusal.mjs";
import { readOtpauth } from "./otpauth.mjs";
import { factor } from "./row.mjs";
import { decodeBase32, decodeBase64 } from "./secret.mjs";
import { objectsOf, readCsv } from "./text.mjs";

const COLUMNS = ["issuer", "username", "algorithm", "digits", "period", "secret"];

export async function* readAuthelia(file) {
  const head = (await file.head()).trimStart();
  if (head.startsWith("otpauth")) yield* readOtpauth(file);
  else if (head.startsWith("issuer,")) yield* readRows(file);
  else yield* readYaml(file.text());
}

async function* readRows(file) {
  for await (const { username, secret, algorithm, digits, period } of readCsv(
    file.stream(),
    assertHeader,
  )) {
    yield factor({ username }, { secret: decodeBase32(secret), algorithm, digits, period });
  }
}

function assertHeader(names) {
  if (COLUMNS.every((name) => names.includes(name))) return;
  throw new Refusal(`The first line of the file is not ${COLUMNS.join(",")}.`);
}

function* readYaml(text) {
  const configurations = parseYaml(text)?.totp_configurations;
  if (!Array.isArray(configurations)) throw new Refusal("The file holds no totp_configurations.");
  for (const { username, secret, algorithm, digits, period } of objectsOf(configurations)) {
    const base32 = decodeBase64(secret);
    const bytes = base32 && decodeBase32(Buffer.from(base32).toString());
    yield factor({ username }, { secret: bytes, algorithm, digits, period });
  }
}

function parseYaml(text) {
  try {
    // User names such as 0123 stay texts.
    return parse(text, { schema: "failsafe" });
  } catch {
    throw new Refusal("The file is not YAML.");
  }
}
