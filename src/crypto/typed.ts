/** What people type or paste, brought to one form before anything else looks at it. */

/**
 * NFKC, every decimal digit of any script by its value (`\p{Nd}`), and without what cannot be seen or
 * only separates: format characters (`\p{Cf}`: zero-width spaces, marks of direction, soft hyphens),
 * white space, dashes (`\p{Pd}`) and the minus sign.
 */
export function plainTyped(text: string): string {
  return text
    .normalize("NFKC")
    .replaceAll(/[\s\p{Cf}\p{Pd}\u2212]/gu, "")
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
