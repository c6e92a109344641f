/** What is asked of the import: its arguments, and the keys that it has from the environment. */

import { text as readStream } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { readUrl } from "../operator.mjs";
import { Refusal } from "../refusal.mjs";
import { USER_FIELDS } from "./app-users.mjs";
import { SOURCES } from "./sources.mjs";

const USAGE =
  "npm run import -- --from SYSTEM [--dry-run] [--allow-short] [--url URL] [--key-stdin] [--users FILE] " +
  "[--user-id id|username|email] [--from-row N] [--digits N] [--period SECONDS] FILE (docs/import.md)";

export function readArguments() {
  const { values, positionals } = parseKnown();
  const file = values.file ?? positionals[0];
  if (!file || positionals.length > (values.file ? 0 : 1)) throw new Refusal(`Usage: ${USAGE}`);
  const source = Object.hasOwn(SOURCES, values.from ?? "") && SOURCES[values.from];
  if (!source) throw new Refusal(`--from is one of ${Object.keys(SOURCES).join(", ")}.`);
  const by = values["user-id"];
  if (by !== undefined && !USER_FIELDS.includes(by)) {
    throw new Refusal(`--user-id is one of ${USER_FIELDS.join(", ")}.`);
  }
  return {
    source,
    from: values.from,
    file,
    users: values.users,
    by,
    url: readUrl(values.url),
    keyStdin: values["key-stdin"] ?? false,
    parameters: { digits: readNumber(values, "digits"), period: readNumber(values, "period") },
    options: {
      allowShort: values["allow-short"] ?? false,
      dryRun: values["dry-run"] ?? false,
      fromRow: readNumber(values, "from-row") ?? 1,
    },
  };
}

/**
 * Parses the arguments. The parser's own message is not shown, because it may quote what was given.
 */
function parseKnown() {
  const flag = { type: "boolean" };
  const text = { type: "string" };
  const flags = { "dry-run": flag, "allow-short": flag, "key-stdin": flag };
  const numbers = { "from-row": text, digits: text, period: text };
  const texts = { from: text, file: text, url: text, users: text, "user-id": text };
  try {
    return parseArgs({ options: { ...texts, ...numbers, ...flags }, allowPositionals: true });
  } catch (error) {
    throw new Refusal(`Usage: ${USAGE}`, { cause: error });
  }
}

function readNumber(values, name) {
  const text = values[name];
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Refusal(`--${name} is a whole number from 1.`);
}

/**
 * Reads the key that opens the secrets of a source. It is never an argument, because other users of
 * the machine see those.
 */
export async function readKey({ key: wanted }, fromStdin) {
  if (!wanted) return undefined;
  const text = fromStdin ? await readStream(process.stdin) : (process.env[wanted.env] ?? "");
  if (text.trim() !== "") return wanted.read(text.trim());
  if (!wanted.isNeeded && !fromStdin) return undefined;
  throw new Refusal(`The key is missing: ${wanted.env} in the environment, or --key-stdin.`);
}
