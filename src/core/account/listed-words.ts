/** Finds listed passwords, and years, as parts of a password. */

import { openGolombSet } from "../../crypto/golomb-set";
import { COMMON_PASSWORDS } from "./common-passwords";
import { LOOK_ALIKES } from "./own-names";
import type { Piece } from "./password-strength";

/** The lengths of the words that scripts/common-passwords.mjs puts on the list. */
const SHORTEST = 5;
const LONGEST = 20;
/** One word of about 20,000 is worth three letters that are chosen freely. */
const LISTED_COST = 3;
/**
 * The longest word that is looked for within another, where many places are tried. It is short
 * enough that a text mistaken for a listed one (one in 12,500) does not make a good password a bad
 * one.
 */
const LONGEST_WITHIN = 10;
const YEAR = /(?:19|20)\d\d/g;
const YEAR_COST = 1.5;

let listed: ((text: string) => boolean) | undefined;

/**
 * Whether the password is on the list. A good one is mistaken for a listed one with probability 1
 * in 12,500.
 */
export function isListed(folded: string): boolean {
  listed ??= openGolombSet(COMMON_PASSWORDS);
  return listed(folded);
}

export function findListed(points: readonly string[]): Piece[] {
  const words = wordsOf(points);
  return [
    ...words.flatMap((word, at) => [
      ...look(points, word, LISTED_COST),
      ...look(points, withNext(words, at), LISTED_COST),
      ...(word.isText ? findWithin(points, word) : []),
    ]),
    ...findDisguised(points),
    ...findYears(points),
  ];
}

interface Span {
  from: number;
  to: number;
}
interface Word extends Span {
  /** True for letters, false for digits. */
  isText: boolean;
}

/** The runs of letters, and the runs of digits. */
function wordsOf(points: readonly string[]): Word[] {
  const words: Word[] = [];
  points.forEach((point, at) => {
    const isText = /[\p{L}\p{M}]/u.test(point);
    if (!isText && !/\p{N}/u.test(point)) return;
    const last = words.at(-1);
    if (last?.to === at && last.isText === isText) last.to++;
    else words.push({ from: at, to: at + 1, isText });
  });
  return words;
}

/** A word with the number behind it, as in `trustno1`. Empty if no number follows. */
function withNext(words: readonly Word[], at: number): Span {
  const [word, next] = [words[at], words[at + 1]];
  if (!word || !next || word.to !== next.from) return { from: 0, to: 0 };
  return { from: word.from, to: next.to };
}

function look(points: readonly string[], { from, to }: Span, most: number): Piece[] {
  const length = to - from;
  if (length < SHORTEST || length > LONGEST) return [];
  return isListed(points.slice(from, to).join("")) ? [pieceOf({ from, to }, most)] : [];
}

function pieceOf({ from, to }: Span, most: number): Piece {
  const cost = Math.min(most, (to - from) / 2);
  return { from, to, least: to - from, cost, weakness: "common" };
}

function findWithin(points: readonly string[], { from, to }: Span): Piece[] {
  const pieces: Piece[] = [];
  for (let start = from; start <= to - SHORTEST; start++) {
    const last = Math.min(to, start + LONGEST_WITHIN);
    for (let end = start + SHORTEST; end <= last; end++) {
      pieces.push(...look(points, { from: start, to: end }, LONGEST_WITHIN));
    }
  }
  return pieces;
}

/**
 * Finds a listed word with look-alikes for letters, as in `p@ssw0rd`, after what stands at the ends
 * is cut off.
 */
function findDisguised(points: readonly string[]): Piece[] {
  const first = points.findIndex(isLetter);
  const to = points.findLastIndex(isLetter) + 1;
  return [0, first].flatMap((from) => {
    const text = points.slice(from, to);
    if (text.length < SHORTEST || text.length > LONGEST || text.every(isLetter)) return [];
    const isOne = ["i", "l"].some((one) => isListed(undisguise(text, one)));
    return isOne ? [pieceOf({ from, to }, LISTED_COST)] : [];
  });
}

const isLetter = (point: string) => /\p{L}/u.test(point);

function undisguise(points: readonly string[], one: string): string {
  return points.map((point) => (point === "1" ? one : (LOOK_ALIKES[point] ?? point))).join("");
}

function findYears(points: readonly string[]): Piece[] {
  // A surrogate pair is one code point. A stand-in of one code unit keeps the positions.
  const text = points.map((point) => (point.length === 1 ? point : "?")).join("");
  return Array.from(text.matchAll(YEAR), ({ index: from }) => {
    const shape = { from, to: from + 4, least: 4 };
    return { ...shape, cost: YEAR_COST, weakness: "sequence" as const };
  });
}
