/** The user's own names in a password: as they are written, or close to it. */

import type { Account } from "../user/account";
import type { Piece } from "./password-strength";

/** Shorter names are in many good passwords by chance. */
const SHORTEST = 4;
/** Letters of a name for one that may be wrong, missing or too much. */
const LETTERS_PER_SLIP = 6;

/** What people write in the place of a letter. */
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

/** What no password may contain. */
export function wholeNames({ email, username, name }: Account): string[] {
  const localPart = email.slice(0, email.lastIndexOf("@"));
  const names = [email, localPart, username ?? "", name ?? ""];
  return names.filter((one) => Array.from(one).length >= SHORTEST);
}

/**
 * Where one of the names, or a part of one, is written: forwards or backwards, with digits for
 * letters, without its accents, dots and blanks, or with a slip.
 */
export function findNames(points: readonly string[], account: Account): Piece[] {
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

/** Without the last label, which many addresses share. */
function domainOf({ email }: Account): string[] {
  return email
    .slice(email.lastIndexOf("@") + 1)
    .split(".")
    .slice(0, -1);
}

/** One letter or digit, and the code point that it stands for. */
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

/** A fit in one number, by which the better of two is the smaller: its slips, then where it begins. */
const SLIP = 4096;

/** Sellers' algorithm: the name anywhere in the text, with a few slips. */
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
 * How well the pattern fits what ends at this letter. `fits` has the same of each of its beginnings,
 * as of the letter before, and then as of this one.
 */
function fitEndingAt(
  end: number,
  letter: string,
  { pattern, fits }: { pattern: readonly string[]; fits: Uint32Array },
): number {
  /** Of nothing of the pattern: before this letter, and behind it. */
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
