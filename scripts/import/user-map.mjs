/**
 * Whose a factor is, for files that name tokens by serial number, or users otherwise than Stepgate
 * does: a CSV file with the columns `from` and `to`.
 */

import { Refusal } from "../refusal.mjs";
import { readCsv } from "./text.mjs";

/** Reads the file, and gives a function that names the users of rows anew. */
export async function readUserMap(file) {
  const map = new Map();
  for await (const { from, to } of readCsv(file.stream(), assertHeader)) {
    if (map.has(from.trim())) throw new Refusal("The file of --users names somebody twice.");
    map.set(from.trim(), to.trim());
  }
  return (row) => {
    const known = Object.values(row.user).map((name) => map.get(name));
    const to = known.find(Boolean);
    return to ? { ...row, user: { id: to, username: to } } : row;
  };
}

function assertHeader(names) {
  if (names.length === 2 && names.includes("from") && names.includes("to")) return;
  throw new Refusal("The first line of the file of --users has to be from,to.");
}
