/**
 * Reads the output of a django-totp installation: a dump of its app (`manage.py dumpdata`, as JSON
 * or JSON lines), or rows of user name, e-mail address and sealed secret (CSV, JSON or JSON lines).
 * No message contains a value, because a sealed secret is half a secret.
 */

import { Refusal } from "./refusal.mjs";

const TOTP = "django_totp.totp";
const BACKUP_CODE = "django_totp.backupcode";
const COLUMNS = ["username", "email", "encrypted_secret"];

/**
 * Gives rows `{ number, names, label, token, confirmed }` in the order of the file. `names` are
 * what is known of the user: user name, e-mail address, or neither. `confirmed` is false if the
 * dump shows that the user never finished setting up.
 */
export function readRows(text) {
  const records = readRecords(text.replace(/^\uFEFF/, "").trim());
  const isDump = records.some((record) => typeof record?.model === "string");
  const found = isDump ? readDump(records) : records.map(readPlain);
  if (found.length === 0) throw new Refusal(`The file holds no ${isDump ? TOTP : "row"}.`);
  return found.map(({ names, ...row }, at) => {
    const texts = names.filter((name) => typeof name === "string" && name.trim() !== "");
    return { number: at + 1, names: texts, label: texts[0] ?? "?", ...row };
  });
}

function readRecords(text) {
  if (text.startsWith("[")) return parseJson(text, "The file");
  const lines = text.split(/\r?\n/);
  if (!text.startsWith("{")) return readCsv(text);
  return lines.flatMap((line, at) =>
    line.trim() === "" ? [] : [parseJson(line, `Line ${at + 1} of the file`)],
  );
}

/** Parses JSON, without the parser's own words, which quote what they stumble over. */
function parseJson(text, what) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(`${what} is not JSON.`);
  }
}

/**
 * Reads a dump. django-totp calls a factor enabled if there are backup codes, used or not, because
 * they come with the first right code.
 */
function readDump(records) {
  const ofModel = (model) => records.filter((record) => record?.model === model);
  const confirmed = new Set(ofModel(BACKUP_CODE).map(({ fields }) => String(fields?.totp)));
  const users = new Map(records.filter(isUser).map(({ pk, fields }) => [String(pk), fields]));
  return ofModel(TOTP).map(({ pk, fields }) => ({
    names: namesOf(fields?.user, users),
    token: fields?.secret_key,
    confirmed: confirmed.has(String(pk)),
  }));
}

/**
 * Whether a record is a user, of whatever model. A project may have its own model, and all of them
 * have these two fields.
 */
function isUser(record) {
  return record?.fields && "password" in record.fields && "last_login" in record.fields;
}

/**
 * The names of a user. A natural key is the user name, or what the project has in its place. A
 * number needs the user's own record.
 */
function namesOf(user, users) {
  if (Array.isArray(user)) return user.length === 1 ? user : [];
  const { username, email } = users.get(String(user)) ?? {};
  return [username, email];
}

function readPlain(record) {
  const { username, email, encrypted_secret: token } = record ?? {};
  return { names: [username, email], token, confirmed: true };
}

function readCsv(text) {
  const [header = [], ...lines] = parseCsv(text);
  const names = header.map((name) => name.trim().toLowerCase());
  if (!names.includes("encrypted_secret") || names.some((name) => !COLUMNS.includes(name))) {
    const expected = `a dump of django_totp, or a first line ${COLUMNS.join(",")}`;
    throw new Refusal(`The file is in no known form: ${expected}.`);
  }
  return lines.map((line, at) => {
    if (line.length === names.length) return Object.fromEntries(names.map((n, i) => [n, line[i]]));
    throw new Refusal(`Row ${at + 1} of the file has ${line.length} fields, not ${names.length}.`);
  });
}

const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;

/**
 * Parses CSV (RFC 4180). Fields in quotes may contain commas, line ends and doubled quotes. Empty
 * lines are left out.
 */
function parseCsv(text) {
  const lines = [[]];
  let read = 0;
  for (const [field, quoted, plain, end] of text.matchAll(FIELD)) {
    lines.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ",") lines.push([]);
    read += field.length;
  }
  // A stray quote could give one user the secret of another.
  if (read < text.length) throw new Refusal(`Line ${lines.length} of the file is not CSV.`);
  return lines.filter((line) => line.some((field) => field !== ""));
}
