import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createApiKey, parseApiKey } from "../../src/crypto/api-key";
import { createBackupCode, normaliseCode } from "../../src/crypto/code";
import { decorate, decoration } from "../decorated";

const CODES = Array.from({ length: 10 }, createBackupCode);
/** What people write for a letter. */
const TYPED: Record<string, [string, string]> = { O: ["0", "O"], I: ["1", "I"], B: ["8", "B"] };
const SYMBOLS = "OIB2COIB3DOIB4EOIB5FOIB6";

describe("normaliseCode", () => {
  it.each([
    ["123456", "123456"],
    [" 123456", "123456"],
    ["123 456", "123456"],
    ["123-456", "123456"],
    ["123\u2013456", "123456"],
    ["\u00a0123456\n", "123456"],
    ["\u0085123\u2028456", "123456"],
    ["\uff11\uff12\uff13\uff14\uff15\uff16", "123456"],
    ["12345678", "12345678"],
    ["\u0661\u0662\u0663 \u0664\u0665\u0666", "123456"],
    ["\u0967\u0968\u0969\u096a\u096b\u096c", "123456"],
    ["\u200e123\u2212456\u200b", "123456"],
    ["\u2068123\u2069\u00ad456", "123456"],
    ["1\ufe0f2\ufe0f3\u034f4\u31645\uffa06", "123456"],
    ["123\u30fc456", "123456"],
    ["492.039", "492039"],
    ["492,039", "492039"],
    ["492\u00b7039", "492039"],
    ["492'039", "492039"],
    ["492_039", "492039"],
    ["492039.", "492039"],
    ["492039\u3002", "492039"],
    ['"492039"', "492039"],
    ["(492039)", "492039"],
    ["**492039**", "492039"],
    ["3. 492039", "3492039"],
    ["10) 492039", "10492039"],
    ["018018", "018018"],
  ])("reads %j as the digits %s", (text, digits) => {
    expect(normaliseCode(text)).toEqual({ method: "totp", digits });
  });

  it.each([
    "OIB2-COIB-3DOI-B4EO-IB5F-OIB6",
    "0182-C018-3D01-84E0-185F-0186",
    "oib2cOIB3dOIB4eOIB5fOIB6",
    "o1b2 c0i8 3doi b4eo ib5f 01B6",
    "OIB2.COIB.3DOI.B4EO.IB5F.OIB6",
    "1. OIB2-COIB-3DOI-B4EO-IB5F-OIB6",
    "8) OIB2-COIB-3DOI-B4EO-IB5F-OIB6",
    "10) OIB2-COIB-3DOI-B4EO-IB5F-OIB6",
    "#3 OIB2-COIB-3DOI-B4EO-IB5F-OIB6",
    "(3) OIB2-COIB-3DOI-B4EO-IB5F-OIB6",
    "\u0663. OIB2-COIB-3DOI-B4EO-IB5F-OIB6",
    "\u2022 OIB2-COIB-3DOI-B4EO-IB5F-OIB6",
    "03.\tOIB2-COIB-3DOI-B4EO-IB5F-OIB6\n",
    "0. 0182-C018-3D01-84E0-185F-0186",
  ])("reads %j as a backup code", (text) => {
    expect(normaliseCode(text)).toEqual({ method: "backup_code", symbols: SYMBOLS });
  });

  it.each([
    "",
    "12345",
    "123456789",
    "12345a",
    "123456\0",
    "+123456",
    "123456=",
    "A".repeat(23),
    `${SYMBOLS}A`,
    `A${SYMBOLS}`,
    `123. ${SYMBOLS}`,
    "9".repeat(24),
    "123456 123456",
  ])("takes %j for no code", (text) => {
    expect(normaliseCode(text)).toBeNull();
  });

  it("reads a code the same with anything between its digits that is not seen or only separates, in any script", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{6,8}$/), decoration, (digits, parts) => {
        expect(normaliseCode(decorate(digits, parts))).toEqual({ method: "totp", digits });
      }),
    );
  });

  it("reads a backup code the same in any case too, behind any number of a list", () => {
    const number = fc.tuple(fc.nat(99), fc.constantFrom(". ", ") ", ".) ", ": ", " "));
    const listed = fc.option(number, { nil: [] }).map((parts) => parts.join(""));
    const cases = fc.array(fc.boolean(), { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(fc.nat(), listed, cases, decoration, (at, before, lower, parts) => {
        const code = CODES[at % CODES.length] ?? "";
        const symbols = code.replaceAll("-", "");
        const typed = Array.from(symbols, (symbol, place) => {
          const meant = TYPED[symbol]?.[parts.length % 2] ?? symbol;
          return lower[place] ? meant.toLowerCase() : meant;
        });
        const text = before + decorate(typed.join(""), parts);
        expect(normaliseCode(text)).toEqual({ method: "backup_code", symbols });
      }),
    );
  });
});

it("makes backup codes of six groups of four Base32 symbols", () => {
  expect(createBackupCode()).toMatch(/^[A-Z2-7]{4}(-[A-Z2-7]{4}){5}$/);
});

describe("API keys", () => {
  it("are recognised with the same id and hash", async () => {
    const { id, key, hash } = await createApiKey();
    expect(key).toMatch(/^sg_[a-z2-7]{16}_[a-z2-7]{52}[0-9a-f]{8}$/);
    expect(await parseApiKey(key)).toEqual({ id, hash });
  });

  it("are refused with one character changed, without asking anybody", async () => {
    const { key } = await createApiKey();
    for (let at = 0; at < key.length; at++) {
      const other = key[at] === "a" ? "b" : "a";
      expect(await parseApiKey(key.slice(0, at) + other + key.slice(at + 1))).toBeNull();
    }
  });
});
