/**
 * CSV of your own, with a first line that names the columns: one or more of `id`, `username` and
 * `email`, and `secret` or `uri`. The others may be left out. A column of another name is refused,
 * because `digit` for `digits` would make other codes than the phone's.
 */

import { Refusal } from "../refusal.mjs";
import { readUri } from "./otpauth.mjs";
import { factor, refused } from "./row.mjs";
import { DECODERS } from "./secret.mjs";
import { readCsv } from "./text.mjs";

const USER = ["id", "username", "email"];
const SECRET = ["secret", "uri"];
const MORE = "encoding type algorithm digits period drift last_step counter name".split(" ");

export async function* readPlainCsv(file) {
  for await (const row of readCsv(file.stream(), assertHeader)) yield readRow(row);
}

function readRow({ id, username, email, uri, ...row }) {
  const user = { id, username, email };
  if (uri) return { ...readUri(uri), user: refused(user).user };
  const { type, counter, encoding, secret, last_step: lastStep, ...parameters } = row;
  if (type?.toLowerCase() === "hotp" || (counter && !type)) return refused(user, "hotp");
  if (type && type.toLowerCase() !== "totp") return refused(user, "unsupported_type");
  const decode = DECODERS[encoding?.toLowerCase() || "base32"];
  return factor(user, { secret: decode?.(secret ?? "") ?? null, lastStep, ...parameters });
}

function assertHeader(names) {
  const strange = names.filter((name) => ![...USER, ...SECRET, ...MORE].includes(name));
  const isThere = (some) => some.some((name) => names.includes(name));
  if (strange.length === 0 && isThere(USER) && isThere(SECRET)) return;
  const expected = `${USER.join(", ")}, ${SECRET.join(" or ")}, ${MORE.join(", ")}`;
  throw new Refusal(`The first line of the file has to name columns, which are: ${expected}.`);
}
