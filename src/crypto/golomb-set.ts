/**
 * A Golomb-coded set: it says whether a text is on a long list, and is a fifth smaller than a Bloom
 * filter.
 *
 * Every entry is hashed to a number below `range`. The differences of the sorted numbers are stored
 * in Rice code: the part above `riceBits` bits in unary, ended by a 0, followed by those bits. An
 * entry is always found. Any other text is mistaken for one with probability `count / range`. The
 * hash is a fast one, because this is for lists that everybody may know. The other half is in
 * scripts/common-passwords.mjs.
 */

export interface GolombSet {
  count: number;
  range: number;
  riceBits: number;
  /** Base64, the highest bit of a byte first. */
  code: string;
}

const utf8 = new TextEncoder();

/**
 * Gives a function that says whether a text is in the set. Keep it, because making it decodes every
 * entry.
 */
export function openGolombSet({ count, range, riceBits, code }: GolombSet) {
  const nextBit = readBits(Uint8Array.fromBase64(code));
  const numbers = new Set<number>();
  let number = 0;
  while (numbers.size < count) {
    while (nextBit() === 1) number += 2 ** riceBits;
    let lower = 0;
    for (let bit = 0; bit < riceBits; bit++) lower = (lower << 1) | nextBit();
    number += lower;
    numbers.add(number);
  }
  return (text: string): boolean => numbers.has(hashBelow(range, text));
}

/** Gives the bits one after another. Throws a RangeError behind the last one. */
function readBits(bytes: Uint8Array): () => number {
  let at = 0;
  return () => {
    const byte = bytes[at >> 3];
    if (byte === undefined) throw new RangeError("A Golomb-coded set ends too early.");
    return (byte >> (7 - (at++ & 7))) & 1;
  };
}

/**
 * FNV-1a of 32 bits, followed by the finaliser of MurmurHash3, which spreads the results evenly.
 */
export function hashBelow(range: number, text: string): number {
  let hash = 0x811c_9dc5;
  for (const byte of utf8.encode(text)) hash = Math.imul(hash ^ byte, 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  hash ^= hash >>> 16;
  return Math.floor(((hash >>> 0) / 2 ** 32) * range);
}
