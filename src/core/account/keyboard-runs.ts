/** Finds sequences: characters in the order of the alphabet, of numbers, or of a keyboard. */

import type { Piece } from "./password-strength";

/**
 * Rows of keys, and rows of the same keys with Shift. A row stands below another one here as it
 * does on the keyboard. The digits above the letters and those of the number pad are in different
 * layouts.
 */
const LAYOUTS = [
  // QWERTY, with the symbols of the United States.
  ["1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"],
  ["!@#$%^&*()_+"],
  // QWERTZ and AZERTY.
  ["1234567890ß", "qwertzuiopü+", "asdfghjklöä#", "yxcvbnm,.-"],
  ['!"§$%&/()=?'],
  ["1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn,;:!"],
  ["&é\"'(-è_çà"],
  // Cyrillic.
  ["1234567890", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю."],
  // The number pad.
  ["789", "456", "123", "0"],
].map(placesOf);

const SHORTEST_RUN = 3;
/** Three digits go one way by chance too often, because there are only ten digits. */
const SHORTEST_OF_DIGITS = 4;
/** The cost of a run: naming where it begins and which way it goes. */
const RUN_COST = 1.5;

type Place = readonly [row: number, column: number];

function placesOf(rows: readonly string[]): ReadonlyMap<string, Place> {
  const places = rows.flatMap((keys, row) =>
    Array.from(keys, (key, column): [string, Place] => [key, [row, column]]),
  );
  return new Map(places);
}

/**
 * Gives the way from one character to the next as a number, or null if the two are no neighbours.
 */
type Measure = (from: string, to: string) => number | null;

const MEASURES: readonly Measure[] = [stepInOrder, ...LAYOUTS.map(stepOnKeyboard)];

/**
 * Finds every run of characters that go one way, starting at each character. `112233` goes the same
 * way as `123`.
 */
export function findRuns(points: readonly string[]): Piece[] {
  const starts = startsOfGroups(points);
  return MEASURES.flatMap((measure) => {
    const steps = starts.map((at, group) => stepAt(points, measure, at, starts[group + 1]));
    return starts.flatMap((from, group) => {
      const end = endOfRun(steps, group);
      const shortest = isDigit(points[from] ?? "") ? SHORTEST_OF_DIGITS : SHORTEST_RUN;
      if (end - group < shortest) return [];
      const [least, to] = [group + shortest, end].map((one) => starts[one] ?? points.length);
      const shape = { from, to: to ?? from, least: (least ?? from) - from };
      return [{ ...shape, cost: RUN_COST, weakness: "sequence" as const }];
    });
  });
}

/** The positions where a character differs from the one before it. */
function startsOfGroups(points: readonly string[]): number[] {
  return points.flatMap((point, at) => (point === points[at - 1] ? [] : [at]));
}

function stepAt(
  points: readonly string[],
  measure: Measure,
  at: number,
  next: number | undefined,
): number | null {
  if (next === undefined) return null;
  return measure(points[at] ?? "", points[next] ?? "");
}

/** The index behind the last group of the run. */
function endOfRun(steps: readonly (number | null)[], from: number): number {
  const step = steps[from] ?? null;
  if (step === null) return from + 1;
  let at = from;
  while (steps[at] === step) at++;
  return at + 1;
}

/** One or two characters forward or back in the order of Unicode. 0 follows 9, and a follows z. */
function stepInOrder(from: string, to: string): number | null {
  const difference = (to.codePointAt(0) ?? 0) - (from.codePointAt(0) ?? 0);
  const size = [from, to].every(isDigit) ? 10 : [from, to].every(isLatin) ? 26 : Infinity;
  const around = [difference, difference - size, difference + size];
  return around.find((step) => step !== 0 && Math.abs(step) <= 2) ?? null;
}

const isDigit = (point: string) => /^[0-9]$/.test(point);
const isLatin = (point: string) => /^[a-z]$/.test(point);

/** The way to a key that touches the previous one. */
function stepOnKeyboard(places: ReadonlyMap<string, Place>): Measure {
  return (from, to) => {
    const [a, b] = [places.get(from), places.get(to)];
    if (!a || !b || from === to) return null;
    const [down, right] = [b[0] - a[0], b[1] - a[1]];
    return Math.abs(down) <= 1 && Math.abs(right) <= 1 ? 10 * down + right : null;
  };
}
