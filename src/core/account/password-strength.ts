/**
 * Measures how many characters of a password its owner chose, and how many follow from the others.
 * Pieces such as sequences and repetitions cover the password. A piece costs as much as naming it
 * takes, in freely chosen characters. A character that no piece covers costs one. The cheapest
 * cover counts.
 */

/** What makes a piece predictable. */
export type Weakness = "common" | "contains_name" | "repeated" | "sequence";

export interface Piece {
  /** Positions in code points: the first one, and the one behind the last. */
  from: number;
  to: number;
  /** How few characters still make such a piece. Its end may be cut off down to this length. */
  least: number;
  cost: number;
  weakness: Weakness;
}

export interface Strength {
  /** How many characters were chosen freely. A piece may count halves. */
  choices: number;
  /** What makes most of the password predictable. Null if nothing does. */
  weakness: Weakness | null;
}

/** Shorter repetitions are typed by chance. */
const SHORTEST_REPETITION = 3;
/**
 * The cost of naming where the repeated text began and how long it is, which guessers try first.
 */
const REPETITION_COST = 1.5;

interface Reached {
  cost: number;
  from: number;
  weakness: Weakness | null;
}

/**
 * Measures a password, given as code points, with the pieces that were found in it. Repetitions are
 * found here.
 */
export function measureStrength(points: readonly string[], found: readonly Piece[]): Strength {
  const pieces = Map.groupBy([...found, ...findRepetitions(points)], ({ from }) => from);
  const reached: Reached[] = [{ cost: 0, from: 0, weakness: null }];
  for (let from = 0; from < points.length; from++) {
    const cost = reached[from]?.cost ?? 0;
    const reach = (to: number, step: Omit<Reached, "from">) => {
      if (step.cost < (reached[to]?.cost ?? Infinity)) reached[to] = { ...step, from };
    };
    reach(from + 1, { cost: cost + 1, weakness: null });
    for (const piece of pieces.get(from) ?? []) {
      const step = { cost: cost + piece.cost, weakness: piece.weakness };
      for (let to = from + piece.least; to <= piece.to; to++) reach(to, step);
    }
  }
  return { choices: reached.at(-1)?.cost ?? 0, weakness: mainWeakness(reached) };
}

/** The weakness that covers most characters of the cheapest cover. */
function mainWeakness(reached: readonly Reached[]): Weakness | null {
  const covered = new Map<Weakness, number>();
  for (let at = reached.length - 1; at > 0;) {
    const { from, weakness } = reached[at] ?? { from: at - 1, weakness: null };
    if (weakness) covered.set(weakness, (covered.get(weakness) ?? 0) + at - from);
    at = from;
  }
  const [most] = [...covered].toSorted(([, a], [, b]) => b - a);
  return most ? most[0] : null;
}

/** How many characters there are before the text repeats itself, at least once and to its end. */
export function lengthSaidOnce(points: readonly string[]): number {
  for (let period = 1; 2 * period <= points.length + 1; period++) {
    if (points.every((point, at) => at < period || point === points[at - period])) return period;
  }
  return points.length;
}

/**
 * Finds for every position the longest text that occurred anywhere before. The two may overlap:
 * `aaaa` is an `a` and three more.
 */
function findRepetitions(points: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  /**
   * How long the text from each earlier position equals the text from the next position, and then
   * from this one.
   */
  const alike = new Uint8Array(points.length + 1);
  for (let from = points.length - 1; from > 0; from--) {
    let longest = 0;
    for (let at = 0; at < from; at++) {
      // The next element still belongs to the next position, because it is overwritten only
      // afterwards.
      alike[at] = points[at] === points[from] ? (alike[at + 1] ?? 0) + 1 : 0;
      longest = Math.max(longest, alike[at] ?? 0);
    }
    if (longest < SHORTEST_REPETITION) continue;
    const shape = { from, to: from + longest, least: SHORTEST_REPETITION };
    pieces.push({ ...shape, cost: REPETITION_COST, weakness: "repeated" });
  }
  return pieces;
}
