/** What a generator that is not this package's makes of the API document: names as a person would give them. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { generateSource } from "oazapfts";
import { namedSchemas } from "../scripts/named-schemas.mjs";

const FILE = fileURLToPath(new URL("../../../docs/openapi.json", import.meta.url));
const { paths, components } = JSON.parse(readFileSync(FILE, "utf8"));
const source = await generateSource(FILE);

function exported(kind) {
  const found = source.matchAll(new RegExp(`^export ${kind} (\\w+)`, "gm"));
  return [...found].map(([, name]) => name).toSorted();
}

test("a generated client has a function of each operation's name", () => {
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  const names = operations.map(({ operationId }) => String(operationId));
  assert.deepEqual(exported("function"), names.toSorted());
});

test("a generated client has the types that the document names for its calls, and no others", () => {
  const named = namedSchemas([paths, components.responses], components.schemas);
  assert.deepEqual(exported("type"), Object.keys(named).toSorted());
});
