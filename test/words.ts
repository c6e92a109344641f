/** What the pages say in English, so that their words can be edited without touching a test. */

import en from "../src/routes/pages/texts/en.json";
import { readCatalogue } from "../src/core/catalogue";
import type { Texts } from "../src/routes/pages/texts/texts";

export const words = readCatalogue<Texts>("en", en);

/** Matches a text that has all of these, one after the other. */
export function inOrder(...parts: string[]): RegExp {
  return new RegExp(parts.map((part) => RegExp.escape(part)).join(".*"), "s");
}
