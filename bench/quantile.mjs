/** Of sorted numbers. */
export function quantile(sorted, part) {
  return sorted[Math.floor(sorted.length * part)];
}
