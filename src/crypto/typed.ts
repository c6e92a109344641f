/** Brings what people type or paste to one form before anything else looks at it. */

/**
 * White space, format characters (zero-width spaces, marks of direction, soft hyphens), everything
 * else that is drawn as nothing (`\p{DI}`: variation selectors, fillers), dashes, the minus sign,
 * and what a Japanese keyboard has in their place. `assets-src/pages.js` removes the same
 * characters before it counts.
 */
const SEPARATORS = /[\p{White_Space}\p{Cf}\p{DI}\p{Pd}\u2212\u30fc]/gu;

/**
 * Gives the text in NFKC, with every decimal digit of any script (`\p{Nd}`) replaced by its value,
 * and without characters that cannot be seen or only separate.
 */
export function plainTyped(text: string): string {
  return text
    .normalize("NFKC")
    .replaceAll(SEPARATORS, "")
    .replaceAll(/\p{Nd}/gu, (digit) => String(digitValue(digit)));
}

/**
 * The value of a digit. The decimal digits of a script are ten code points in a row, from zero up
 * (Unicode §4.6). Two such rows may touch.
 */
function digitValue(digit: string): number {
  const codePoint = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(codePoint - before - 1))) before++;
  return before % 10;
}
