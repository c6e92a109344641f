import { wcagContrast } from "culori";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deriveAccents, GROUNDS } from "../../../src/core/app/accent";
import { runs } from "../../chance";

const color = fc
  .integer({ min: 0, max: 0xffffff })
  .map((number) => `#${number.toString(16).padStart(6, "0")}`);
const SCHEMES = ["light", "dark"] as const;

describe("any colour", () => {
  it("is readable on the pages of both schemes, and so is the text on it", () => {
    fc.assert(
      fc.property(color, fc.constantFrom(...SCHEMES), (given, scheme) => {
        const { accent, onAccent } = deriveAccents(given)?.[scheme] ?? { accent: "", onAccent: "" };
        expect(accent).toMatch(/^#[0-9a-f]{6}$/);
        expect(["#ffffff", "#000000"]).toContain(onAccent);
        for (const ground of GROUNDS[scheme]) {
          expect(wcagContrast(accent, ground)).toBeGreaterThanOrEqual(4.5);
        }
        expect(wcagContrast(accent, onAccent)).toBeGreaterThanOrEqual(4.5);
      }),
      { numRuns: runs(1000) },
    );
  });

  it("stays as it is where it is readable", () => {
    fc.assert(
      fc.property(color, fc.constantFrom(...SCHEMES), (given, scheme) => {
        const isReadable = GROUNDS[scheme].every((ground) => wcagContrast(given, ground) >= 4.5);
        expect(deriveAccents(given)?.[scheme].accent === given).toBe(isReadable);
      }),
      { numRuns: runs(300) },
    );
  });
});

it.each(["#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#ffff00", "#00ffff", "#ff00ff"])(
  "the corner %s of the cube has variants for both schemes",
  (corner) => {
    const { light, dark } = deriveAccents(corner) ?? {};
    expect(light?.onAccent).toBe("#ffffff");
    expect(dark?.onAccent).toBe("#000000");
  },
);

it.each(["", "red", "#fff", "#12345g", "#0b57d0 ", "#0b57d0;}", "url(#a)", "#0b57d0\n"])(
  "%j is no colour",
  (text) => expect(deriveAccents(text)).toBeNull(),
);
