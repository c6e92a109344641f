import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { renderCommonPasswords } from "./common-passwords.mjs";

test("src/core/account/common-passwords.ts is what the list gives, byte by byte", async () => {
  const committed = readFileSync(
    new URL("../src/core/account/common-passwords.ts", import.meta.url),
    "utf8",
  );
  assert.ok(committed === (await renderCommonPasswords()), "run `npm run common-passwords`");
});
