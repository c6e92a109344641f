/** Finds the user's own names in a password, written exactly or nearly so. */

import type { Names } from "../user/account";
import type { Piece } from "./password-strength";

/** Shorter names are part of many good passwords by chance. */
const SHORTEST = 4;
/** One letter may be wrong, missing or surplus for so many letters of a name. */
const LETTERS_PER_SLIP = 6;

/** The characters that people write in place of a letter. */
export const LOOK_ALIKES: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/** The names that no password may contain. */
export function wholeNames({ email, username, name }: Names): string[] {
  const localPart = email.slice(0, email.lastIndexOf("@"));
  const names = [email, localPart, username ?? "", name ?? ""];
  return names.filter((one) => Array.from(one).length >= SHORTEST);
}

/**
 * Finds where one of the names, or a part of one, is written: forwards or backwards, with digits
 * for letters, without its accents, dots and blanks, or with a slip.
 */
export function findNames(points: readonly string[], account: Names): Piece[] {
  const letters = lettersOf(points);
  const names = [...wholeNames(account).flatMap(withParts), ...domainOf(account)];
  const patterns = new Set(names.map((name) => textOf(lettersOf(Array.from(name)))));
  return [...patterns]
    .filter((pattern) => pattern.length >= SHORTEST)
    .flatMap((pattern) => [pattern, Array.from(pattern).toReversed().join("")])
    .flatMap((pattern) => findClose(letters, pattern));
}

function withParts(name: string): string[] {
  return [name, ...name.split(/[^\p{L}\p{M}\p{N}]+/u)];
}

/** The labels of the domain except the last one, which many addresses share. */
function domainOf({ email }: Names): string[] {
  return email
    .slice(email.lastIndexOf("@") + 1)
    .split(".")
    .slice(0, -1);
}

/** One letter or digit, and the position of the code point that it stands for. */
interface Letter {
  text: string;
  at: number;
}

function lettersOf(points: readonly string[]): Letter[] {
  return points.flatMap((point, at) => {
    const plain = (LOOK_ALIKES[point] ?? point).normalize("NFKD").toLowerCase();
    return Array.from(plain.replaceAll(/[^\p{L}\p{N}]/gu, ""), (text) => ({ text, at }));
  });
}

function textOf(letters: readonly Letter[]): string {
  return letters.map(({ text }) => text).join("");
}

/**
 * Packs a fit into one number: its slips times this factor, plus the position where it begins. Of
 * two fits the smaller number is the better one.
 */
const SLIP = 4096;

/** Sellers' algorithm: finds the name anywhere in the text, with a few slips. */
function findClose(letters: readonly Letter[], name: string): Piece[] {
  const pattern = Array.from(name);
  const most = Math.floor(pattern.length / LETTERS_PER_SLIP);
  if (pattern.length > letters.length + most) return [];
  const fits = Uint32Array.from(pattern, (_, at) => (at + 1) * SLIP);
  return letters.flatMap(({ text, at }, end) => {
    const fit = fitEndingAt(end, text, { pattern, fits });
    const slips = Math.floor(fit / SLIP);
    const from = letters[fit % SLIP]?.at;
    if (slips > most || from === undefined) return [];
    const shape = { from, to: at + 1, least: at + 1 - from };
    return [{ ...shape, cost: 1 + slips, weakness: "contains_name" as const }];
  });
}

/**
 * How well the pattern fits the text that ends at this letter. `fits` holds the same for each
 * beginning of the pattern: for the previous letter before the call, and for this letter after it.
 */
function fitEndingAt(
  end: number,
  letter: string,
  { pattern, fits }: { pattern: readonly string[]; fits: Uint32Array },
): number {
  /** The fits of an empty pattern before this letter and behind it. */
  let [diagonal, last] = [end, end + 1];
  for (let at = 0; at < pattern.length; at++) {
    const above = fits[at] ?? 0;
    const same = diagonal + (pattern[at] === letter ? 0 : SLIP);
    last = Math.min(same, above + SLIP, last + SLIP);
    fits[at] = last;
    diagonal = above;
  }
  return last;
}
