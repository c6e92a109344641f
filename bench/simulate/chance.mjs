/** Chance from a seed: the same seed, the same draws. */

import { randomExponential, randomLogNormal } from "d3-random";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** The standard normal distribution has 95 % below it. */
const Z95 = 1.6448536;

/** Draws of every kind. `uniform` is in [0, 1). */
export function createChance(seed) {
  const generator = xoroshiro128plus(seed);
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    happens: (share) => uniform() < share,
    /** Draws with this mean: the time between arrivals that know nothing of each other. */
    exponential: (mean) => randomExponential.source(uniform)(1 / mean),
    /** Draws of a log-normal distribution, given by its median and its 95th percentile. */
    spread: ({ median, p95 }) => {
      if (median === p95) return () => median;
      const sigma = Math.log(p95 / median) / Z95;
      return randomLogNormal.source(uniform)(Math.log(median), sigma);
    },
    /** Draws places of this list of weights, each as often as its weight says. */
    weighted: (weights) => pickerOf(weights, uniform),
  };
}

function pickerOf(weights, uniform) {
  let sum = 0;
  const ends = weights.map((weight) => (sum += weight));
  return () => {
    const drawn = uniform() * sum;
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (drawn < ends[middle]) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
