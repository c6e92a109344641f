import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createApiKey, parseApiKey } from "../../src/crypto/api-key";
import { createBackupCode, normaliseCode } from "../../src/crypto/code";

describe("normaliseCode", () => {
  it.each([
    ["123456", "123456"],
    [" 123456", "123456"],
    ["123 456", "123456"],
    ["123-456", "123456"],
    ["123\u2013456", "123456"],
    ["\u00a0123456\n", "123456"],
    ["\uff11\uff12\uff13\uff14\uff15\uff16", "123456"],
    ["12345678", "12345678"],
    ["\u0661\u0662\u0663\u0664\u0665\u0666", "123456"],
    ["\u200e123\u2212456\u200b", "123456"],
  ])("reads %j as the digits %s", (text, digits) => {
    expect(normaliseCode(text)).toEqual({ method: "totp", digits });
  });

  it.each(["", "12345", "123456789", "12345a", "A".repeat(23), "1".repeat(24)])(
    "takes %j for no code",
    (text) => {
      expect(normaliseCode(text)).toBeNull();
    },
  );

  it("reads a backup code in any case, with any dashes and spaces", () => {
    const decorate = fc.constantFrom("", " ", "-", "\u2014", "\t");
    const code = createBackupCode();
    const symbols = code.replaceAll("-", "");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), decorate), { minLength: 24, maxLength: 24 }),
        (how) => {
          const typed = how.map(([lower, mark], at) => {
            const symbol = symbols[at] ?? "";
            return (lower ? symbol.toLowerCase() : symbol) + mark;
          });
          expect(normaliseCode(typed.join(""))).toEqual({ method: "backup_code", symbols });
        },
      ),
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
