/**
 * Reads what Django's `manage.py dumpdata` writes, as JSON or JSON lines: records of `model`, `pk`
 * and `fields` (docs.djangoproject.com, Serializing Django objects).
 */

import { Refusal } from "../refusal.mjs";
import { objectOf, objectsOf, parseJson, readJsonLines } from "./text.mjs";

/** Gives all records, and `userOf`, which finds whom a record's `user` means. */
export async function readDump(file) {
  const records = await readRecords(file);
  const users = new Map(records.filter(isUser).map(({ pk, fields }) => [String(pk), fields]));
  return { records, userOf: (user) => findUser(user, users) };
}

async function readRecords(file) {
  if ((await file.firstSymbol()) !== "{") return objectsOf(parseJson(file.text()));
  return Array.fromAsync(readJsonLines(file.stream()));
}

/** The records of these models. Throws a Refusal if there are none: it is another dump. */
export function ofModels(records, ...models) {
  const found = records.filter(({ model }) => models.includes(model));
  if (found.length === 0) throw new Refusal(`The file holds no ${models[0]}.`);
  return found.map(({ model, pk, fields }) => ({ model, pk, fields: objectOf(fields) }));
}

/**
 * Whether a record is a user, of whatever model. A project may have its own model, and all of them
 * have these two fields.
 */
function isUser({ fields }) {
  return "password" in objectOf(fields) && "last_login" in objectOf(fields);
}

/**
 * What is known of a user. A natural key is the user name, or what the project has in its place. A
 * number is an id, and the user's own record tells more, if it is in the dump.
 */
function findUser(user, users) {
  if (Array.isArray(user)) return user.length === 1 ? { username: user[0] } : {};
  const { username, email } = users.get(String(user)) ?? {};
  return { id: user, username, email };
}
