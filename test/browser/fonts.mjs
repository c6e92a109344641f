/** The fonts of the machine that the tests run on: without one for Chinese, no picture and no check of a Chinese page means anything. */

import assert from "node:assert/strict";
import { checkGlyphs } from "./support/glyphs.mjs";

export const name = "characters of every language look like themselves, and not like boxes";

/** For private use: no font has them. */
const NO_CHARACTERS = "\uE0A5\uE0A6";

export async function run({ openPage, step }) {
  const page = await openPage({});
  step("characters of the pages");
  await checkGlyphs(page);
  step("characters that no font has");
  await assert.rejects(checkGlyphs(page, [NO_CHARACTERS]), /no font/);
}
