/** Codes as they come from people, keyboards and clipboards. */

import * as fc from "fast-check";

/** Every character of a general category, as this engine knows Unicode. */
function charactersOf(category: string): string[] {
  const pattern = new RegExp(`^\\p{${category}}$`, "u");
  return Array.from({ length: 0x11_0000 }, (_, at) => at)
    .filter((at) => at < 0xd800 || at > 0xdfff)
    .map((at) => String.fromCodePoint(at))
    .filter((character) => pattern.test(character));
}

/** Format characters, dashes, blanks, and what else is drawn as nothing; each class as often as another. */
const SEPARATORS = ["Cf", "Pd", "White_Space", "DI"].map(charactersOf);
const separator = fc.oneof(
  ...[...SEPARATORS, ["\u2212", "\u30fc"]].map((characters) => fc.constantFrom(...characters)),
);

/** Zero of every script: the digits that follow it stand in their order (Unicode §4.6). */
const ZEROS = charactersOf("Nd").filter((_, at) => at % 10 === 0);

/** What stands before the characters of a code, and the script that its digits are in. */
export type Decoration = { before: string; zero: string }[];

export const decoration: fc.Arbitrary<Decoration> = fc.array(
  fc.record({
    before: fc.string({ unit: separator, maxLength: 3 }),
    zero: fc.constantFrom(...ZEROS),
  }),
  { minLength: 6, maxLength: 24 },
);

/** The code with that in it. */
export function decorate(code: string, parts: Decoration): string {
  const typed = Array.from(code, (character, at) => {
    const { before = "", zero = "0" } = parts[at % parts.length] ?? {};
    const digit = /\d/.test(character) ? zero.codePointAt(0) : undefined;
    return before + (digit ? String.fromCodePoint(digit + Number(character)) : character);
  });
  return typed.join("");
}
