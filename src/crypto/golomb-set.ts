/**
 * A Golomb-coded set: whether a text is on a long list, at a fifth less than a Bloom filter takes.
 *
 * Every entry is hashed to a number below `range`. Of the sorted numbers the differences are kept, in
 * Rice code: what is above `riceBits` bits in unary, ended by a 0, then those bits. An entry is always
 * found; any other text is taken for one with probability `count / range`. The hash is a fast one:
 * this is for lists that everybody may know. scripts/common-passwords.mjs has the other half.
 */

export interface GolombSet {
  count: number;
  range: number;
  riceBits: number;
  /** Base64, the highest bit of a byte first. */
  code: string;
}

const utf8 = new TextEncoder();

/** The question whether a text is in the set. To be kept: this decodes every entry. */
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

/** The bits one after another; throws a RangeError behind the last one. */
function readBits(bytes: Uint8Array): () => number {
  let at = 0;
  return () => {
    const byte = bytes[at >> 3];
    if (byte === undefined) throw new RangeError("A Golomb-coded set ends too early.");
    return (byte >> (7 - (at++ & 7))) & 1;
  };
}

/** FNV-1a of 32 bits, then MurmurHash3's finaliser, which spreads the results evenly. */
export function hashBelow(range: number, text: string): number {
  let hash = 0x811c_9dc5;
  for (const byte of utf8.encode(text)) hash = Math.imul(hash ^ byte, 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  hash ^= hash >>> 16;
  return Math.floor(((hash >>> 0) / 2 ** 32) * range);
}
