import * as fc from "fast-check";
import { Secret, TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import { runs } from "../chance";
import {
  acceptedSteps,
  codeAt,
  matchStep,
  stepsAround,
  timeStep,
  type TotpParameters,
} from "../../src/crypto/totp";

const ascii = (text: string) => new TextEncoder().encode(text);

// The secret is the ASCII string "12345678901234567890"; the counter goes from 0 to 9.
const RFC_4226_APPENDIX_D = [
  "755224",
  "287082",
  "359152",
  "969429",
  "338314",
  "254676",
  "287922",
  "162583",
  "399871",
  "520489",
];

describe("RFC 4226 Appendix D", () => {
  it.each(RFC_4226_APPENDIX_D.entries().toArray())("counter %i is %s", async (counter, code) => {
    const parameters = { algorithm: "SHA1", digits: 6, period: 30 } as const;
    expect(await codeAt(ascii("12345678901234567890"), counter, parameters)).toBe(code);
  });
});

// The published seeds are the digits repeated up to the hash's length.
const seed = (length: number) => ascii("1234567890".repeat(7).slice(0, length));
const SEED_LENGTH = { SHA1: 20, SHA256: 32, SHA512: 64 } as const;
const RFC_6238_APPENDIX_B = [
  ["SHA1", 59, "94287082"],
  ["SHA256", 59, "46119246"],
  ["SHA512", 59, "90693936"],
  ["SHA1", 1111111109, "07081804"],
  ["SHA256", 1111111109, "68084774"],
  ["SHA512", 1111111109, "25091201"],
  ["SHA1", 1111111111, "14050471"],
  ["SHA256", 1111111111, "67062674"],
  ["SHA512", 1111111111, "99943326"],
  ["SHA1", 1234567890, "89005924"],
  ["SHA256", 1234567890, "91819424"],
  ["SHA512", 1234567890, "93441116"],
  ["SHA1", 2000000000, "69279037"],
  ["SHA256", 2000000000, "90698825"],
  ["SHA512", 2000000000, "38618901"],
  ["SHA1", 20000000000, "65353130"],
  ["SHA256", 20000000000, "77737706"],
  ["SHA512", 20000000000, "47863826"],
] as const;

describe("RFC 6238 Appendix B", () => {
  it.each(RFC_6238_APPENDIX_B)("%s at %is is %s", async (algorithm, seconds, code) => {
    const step = timeStep(new Date(seconds * 1000), 30);
    const parameters = { algorithm, digits: 8, period: 30 };
    expect(await codeAt(seed(SEED_LENGTH[algorithm]), step, parameters)).toBe(code);
  });
});

const parameters: fc.Arbitrary<TotpParameters> = fc.record({
  algorithm: fc.constantFrom("SHA1", "SHA256", "SHA512"),
  digits: fc.integer({ min: 6, max: 8 }),
  period: fc.integer({ min: 15, max: 120 }),
});
const secret = fc
  .uint8Array({ minLength: 16, maxLength: 128 })
  .map((bytes) => new Uint8Array(bytes));
const instant = fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true });

describe("against otpauth", () => {
  it("gives the same code for any secret, time and parameters", async () => {
    await fc.assert(
      fc.asyncProperty(secret, instant, parameters, async (bytes, now, about) => {
        const phone = new TOTP({ ...about, secret: new Secret({ buffer: bytes.buffer }) });
        const code = await codeAt(bytes, timeStep(now, about.period), about);
        expect(code).toBe(phone.generate({ timestamp: now.getTime() }));
      }),
      { numRuns: runs(3000) },
    );
  });

  it("finds a phone's step within the window, and only there", async () => {
    const offset = fc.integer({ min: -4, max: 4 });
    const window = fc.integer({ min: 0, max: 2 });
    await fc.assert(
      fc.asyncProperty(secret, instant, parameters, offset, window, async (...drawn) => {
        const [bytes, now, about, steps, reach] = drawn;
        const current = timeStep(now, about.period);
        fc.pre(current + steps >= 0);
        const code = await codeAt(bytes, current + steps, about);
        const found = await matchStep(bytes, [code], {
          steps: stepsAround(current, reach),
          parameters: about,
        });
        // Another step in reach may by chance have the same code.
        const right: number[] = [];
        for (let step = Math.max(0, current - reach); step <= current + reach; step++) {
          if ((await codeAt(bytes, step, about)) === code) right.push(step);
        }
        expect(right.includes(current + steps)).toBe(Math.abs(steps) <= reach);
        expect(found).toBe(right.at(-1) ?? null);
      }),
      { numRuns: runs(1000) },
    );
  });
});

it("looks at no step before the epoch", async () => {
  const about = { algorithm: "SHA1", digits: 6, period: 30 } as const;
  const steps = acceptedSteps(new Date(0), { ...about, window: 2, drift: -10 });
  const found = await matchStep(seed(20), ["755224"], { steps, parameters: about });
  expect(found).toBe(0);
});
