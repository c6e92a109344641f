import { dictionary } from "@zxcvbn-ts/language-common";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMMON_PASSWORDS } from "../../src/core/common-passwords";
import { assertAcceptable, type PasswordContext } from "../../src/core/password-policy";
import { openGolombSet } from "../../src/crypto/golomb-set";
import { Problem } from "../../src/problem";

const ADA: PasswordContext = { email: "ada.l@example.com", username: "countess", minLength: 8 };
const GOOD = "seven grey herons";

/** What is wrong with the password; null if nothing is. */
function faultOf(password: string, about: Partial<PasswordContext> = {}): string | null {
  try {
    assertAcceptable(password, { ...ADA, ...about });
  } catch (error) {
    if (error instanceof Problem && error.code === "weak_password") return error.detail ?? "";
    throw error;
  }
  return null;
}

describe("length", () => {
  it.each([
    ["x7#qLm2", 8, false],
    ["x7#qLm2v", 8, true],
    ["x7#qLm2v", 15, false],
    ["x7#qLm2vTr!90z", 15, false],
    ["x7#qLm2vTr!90zB", 15, true],
    // Counted as code points: not as bytes, nor as UTF-16 units.
    ["🔑🦢🌾🧭🪁🧶🫖", 8, false],
    ["🔑🦢🌾🧭🪁🧶🫖🪵", 8, true],
    // Counted as NFC: seven letters, however they were typed.
    ["\u0061\u0308".repeat(7), 8, false],
    ["", 8, false],
  ])("of %j, where at least %i are asked for, is enough: %j", (password, minLength, enough) => {
    const fault = enough ? null : `It needs at least ${minLength} characters.`;
    expect(faultOf(password, { minLength })).toBe(fault);
  });

  it.each(["y", "🔑", "\u0061\u0308"])("is at most 128 code points of %j", (letter) => {
    const most = `${GOOD} ${letter.repeat(128 - GOOD.length - 1)}`;
    expect(faultOf(most)).toBeNull();
    expect(faultOf(`${most}!`)).toBe("It can have at most 128 characters.");
  });
});

describe("composition", () => {
  it.each([
    "mmmm mmmm mmmm mm",
    "seven grey herons",
    "ⲁⲃⲅⲇⲉⲋⲍⲏ",
    "        8 spaces",
    "\t\n\0\u200b tabs",
  ])("is free: %j", (password) => {
    expect(faultOf(password)).toBeNull();
  });
});

describe("a common password", () => {
  const common = dictionary["passwords-common"].filter((one) => Array.from(one).length >= 8);
  const isListed = openGolombSet(COMMON_PASSWORDS);

  it("is refused, every one of the list", () => {
    const refused = common.filter((password) => faultOf(password)?.includes("most common"));
    expect(common.length).toBe(17_950);
    expect(refused).toEqual(common);
  });

  it("is refused in capitals too", () => {
    for (const typed of ["PASSWORD", "Baseball", "TrustNo1", "1QAZ2wsx"]) {
      expect(faultOf(typed)).toBe("It is one of the most common passwords.");
    }
  });

  it("is refused as a whole only, since much can be added to it", () => {
    expect(faultOf("baseball in the rain")).toBeNull();
  });

  it("is what fewer than one in 10,000 of other passwords are taken for", () => {
    const known = new Set(common);
    let falseAlarms = 0;
    for (let at = 0; at < 1_000_000; at++) {
      // Eight letters and digits that look random, and are the same in every run.
      const text = ((at * 2_654_435_761 + 78_364_164_096) % 2_821_109_907_456).toString(36);
      if (isListed(text) && !known.has(text)) falseAlarms++;
    }
    expect(falseAlarms).toBeLessThan(100);
    expect(COMMON_PASSWORDS.count / COMMON_PASSWORDS.range).toBeLessThan(1 / 10_000);
  });
});

describe("a password made of the user's names", () => {
  it.each([
    "ada.l@example.com",
    "my ADA.L@Example.Com 1",
    "xx ada.l 19283746",
    "Countess-of-1815",
    "the COUNTESS",
  ])("is refused: %j", (password) => {
    expect(faultOf(password)).toContain("e-mail address");
  });

  it.each([
    [
      "a name of three letters",
      "adam and eve's apple",
      { email: "ada@example.com", username: "eve" },
    ],
    ["no user name", "null and nothing", { username: null }],
    ["the domain alone", "example.com it is", {}],
    ["an address without an @", "seven grey herons", { email: "" }],
  ])("is fine with %s", (_what, password, about) => {
    expect(faultOf(password, about)).toBeNull();
  });

  it("is found however its letters were composed", () => {
    const username = "Zoë-Ångström";
    expect(faultOf(`1 ${username.normalize("NFD").toUpperCase()} 1`, { username })).not.toBeNull();
  });
});

it("never repeats the password", () => {
  const short = fc.string({ unit: "binary", minLength: 4, maxLength: 7 });
  fc.assert(
    fc.property(short, (password) => {
      fc.pre(!"It needs at least 8 characters.".includes(password));
      expect(faultOf(password)).not.toContain(password);
    }),
  );
  expect(faultOf("baseball")).not.toContain("baseball");
  expect(faultOf("the countess")).not.toContain("countess");
});

it("says when a prepared list was cut off, rather than reading on", () => {
  const cut = COMMON_PASSWORDS.code.slice(0, 400);
  expect(() => openGolombSet({ ...COMMON_PASSWORDS, code: cut })).toThrow(RangeError);
});
