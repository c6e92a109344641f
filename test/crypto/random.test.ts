import { expect, it } from "vitest";
import { randomDigits } from "../../src/crypto/random";

it.each([1, 6, 8, 9, 10, 40])("%i random digits are so many", (count) => {
  expect(randomDigits(count)).toMatch(new RegExp(`^\\d{${count}}$`));
});

it("each digit is as likely as any other, at every place", () => {
  const codes = Array.from({ length: 10_000 }, () => randomDigits(8));
  for (let place = 0; place < 8; place++) {
    const counts = Map.groupBy(codes, (code) => code[place]);
    expect(counts.size).toBe(10);
    // Six standard deviations of 30.
    for (const { length } of counts.values()) expect(Math.abs(length - 1000)).toBeLessThan(180);
  }
});
