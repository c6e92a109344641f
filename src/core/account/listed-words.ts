/** Listed passwords, and years, as parts of a password. */

import { openGolombSet } from "../../crypto/golomb-set";
import { COMMON_PASSWORDS } from "./common-passwords";
import { LOOK_ALIKES } from "./own-names";
import type { Piece } from "./password-strength";

/** As scripts/common-passwords.mjs puts them on the list. */
const SHORTEST = 5;
const LONGEST = 20;
/** One of about 20,000: three letters chosen freely. */
const LISTED_COST = 3;
/**
 * Within a word, where many places are looked at: so few that what is taken for listed by mistake
 * (one text in 12,500) does not make a good password a bad one.
 */
const LONGEST_WITHIN = 10;
const YEAR = /(?:19|20)\d\d/g;
const YEAR_COST = 1.5;

let listed: ((text: string) => boolean) | undefined;

/** Whether the password is one of the list; a good one is taken for one with probability 1 in 12,500. */
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
  /** Letters; else digits. */
  isText: boolean;
}

/** Letters that stand together, and digits that do. */
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

/** A word with its number, as in `trustno1`; nothing if there is none behind it. */
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

/** What is in between of what stands at the ends, with letters for what looks like them: `p@ssw0rd`. */
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
  // A pair of surrogates is one code point: a stand-in of one unit keeps the positions.
  const text = points.map((point) => (point.length === 1 ? point : "?")).join("");
  return Array.from(text.matchAll(YEAR), ({ index: from }) => {
    const shape = { from, to: from + 4, least: 4 };
    return { ...shape, cost: YEAR_COST, weakness: "sequence" as const };
  });
}
