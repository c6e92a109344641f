/** What people type or paste, brought to one form before anything else looks at it. */

/**
 * White space, format characters (zero-width spaces, marks of direction, soft hyphens) and what else
 * is drawn as nothing (`\p{DI}`: variation selectors, fillers), dashes, the minus sign, and what a
 * Japanese keyboard has in their place. `assets-src/pages.js` takes the same away before it counts.
 */
const SEPARATORS = /[\p{White_Space}\p{Cf}\p{DI}\p{Pd}\u2212\u30fc]/gu;

/**
 * NFKC, every decimal digit of any script (`\p{Nd}`) by its value, and without what cannot be seen or
 * only separates.
 */
export function plainTyped(text: string): string {
  return text
    .normalize("NFKC")
    .replaceAll(SEPARATORS, "")
    .replaceAll(/\p{Nd}/gu, (digit) => String(digitValue(digit)));
}

/**
 * Unicode §4.6: the decimal digits of a script are ten code points in a row, from zero up. Two such
 * rows may touch.
 */
function digitValue(digit: string): number {
  const codePoint = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(codePoint - before - 1))) before++;
  return before % 10;
}
