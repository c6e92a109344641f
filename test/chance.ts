/**
 * What tests leave to chance, and the one seed that all of it comes from: the same for everybody who
 * runs `npm test`, a fresh one with `npm run test:properties`.
 */

import * as fc from "fast-check";
import { inject, vi } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    chance: {
      seed: number;
      /** How many times as many runs of a property as `npm test` makes. */
      times: number;
    };
  }
}

/** Only the nonce of a known browser has as many. */
const SALT_BYTES = 16;

const { seed, times } = inject("chance");
fc.configureGlobal({ seed, numRuns: runs(100) });

/** For a property that `npm test` runs so often. */
export function runs(count: number): number {
  return count * times;
}

/**
 * The platform's random bytes, from here on the same every time for this `name`: codes of two
 * secrets, or of two steps of one, are then equal in no run or in every run.
 */
export function setRandomBytes(name: string): void {
  const others = dice(seed ^ fc.hash(name));
  // Of a password's hash. The same in every test, so that test/argon2id.ts has seen it before.
  const salts = dice(seed);
  vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => {
    const { buffer, byteOffset, byteLength } = array;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    const next = byteLength === SALT_BYTES ? salts : others;
    for (let at = 0; at < byteLength; at++) bytes[at] = next() >>> 24;
    return array;
  });
}

/** Mulberry32, by Tommy Ettinger: 32 bits at a time. */
function dice(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
