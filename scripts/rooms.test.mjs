/** The rooms of src/core/ import downward only, so that none of them knows who uses it. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { ROOT } from "./wrangler.mjs";

const CORE = join(ROOT, "src/core");

/**
 * Each room may import those before it. `.` stands for the files in core/ itself.
 * docs/architecture.md says what the rooms are.
 */
const ROOMS =
  ". shard user caller outgoing audit code change authenticator app webhook mail hook challenge session account enrolment-link operator upkeep".split(
    " ",
  );

/** Texts are data of the room that they are in. */
const files = readdirSync(CORE, { recursive: true }).filter(
  (name) => name.endsWith(".ts") && !name.endsWith("/texts/texts.ts"),
);

test("every room of core/ has its place in the order", () => {
  const found = new Set(files.map((file) => dirname(file)));
  assert.deepEqual(found, new Set(ROOMS));
});

for (const room of ROOMS) {
  test(`core/${room} imports nothing from a room above it`, () => {
    const above = new Set(ROOMS.slice(ROOMS.indexOf(room) + 1));
    const upward = files
      .filter((file) => dirname(file) === room)
      .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
      .filter(({ target }) => above.has(dirname(target)));
    assert.deepEqual(upward, []);
  });
}

/** The paths below core/ that a file there imports. */
function importsOf(file) {
  const text = readFileSync(join(CORE, file), "utf8");
  const specifiers = [...text.matchAll(/ from "(\.[^"]+)"/g)].map(([, specifier]) => specifier);
  return specifiers
    .map((specifier) => relative(CORE, join(CORE, dirname(file), specifier)))
    .filter((path) => !path.startsWith(".."));
}
