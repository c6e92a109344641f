import { dictionary } from "@zxcvbn-ts/language-common";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMMON_PASSWORDS } from "../../../src/core/account/common-passwords";
import { openGolombSet } from "../../../src/crypto/golomb-set";
import { ALONE, faultOf, GOOD, reasonOf } from "./password-support";

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
  it.each(["seven grey herons", "ⲁⲫⲅⲏⲉⲱⲍⲃ", "        8 spaces", "\t\n\u200b tabs"])(
    "is free: %j",
    (password) => {
      expect(faultOf(password)).toBeNull();
    },
  );
});

describe("a character that text does not have", () => {
  it.each(["\0", "\ufffd", "\ud800", "\udfff", "\udc00\ud800"])(
    "is refused wherever it stands: %j",
    (character) => {
      for (const password of [`${character}${GOOD}`, `seven${character}herons`, GOOD + character]) {
        expect(reasonOf(password)).toBe("not_text");
      }
    },
  );

  it("is no letter beyond U+FFFF, and no byte order mark", () => {
    expect(faultOf(`\ufeff${GOOD} 𝔄`)).toBeNull();
  });
});

describe("a common password", () => {
  const listed = dictionary["passwords-common"];
  const common = listed.filter((one) => Array.from(one).length >= 8);
  const isListed = openGolombSet(COMMON_PASSWORDS);

  it("is refused, every one of the list", () => {
    const refused = common.filter((password) => faultOf(password)?.includes("most common"));
    expect(common.length).toBe(17_950);
    expect(refused).toEqual(common);
  });

  it("is refused twice in a row, every one of the list", () => {
    const long = common.filter((password) => Array.from(password).length <= 14);
    const taken = long.filter((password) => faultOf(password + password, ALONE) === null);
    expect(taken).toEqual([]);
  });

  it("is refused with a number or a year behind it, every one of the 2,000 most common", () => {
    const most = listed.slice(0, 2000).filter((one) => /^[a-z]{5,}$/i.test(one));
    const added = most.flatMap((one) => [`${one}123456789`, `${one.toUpperCase()}2024!!!!!`]);
    const taken = added.filter((one) => one.length >= 15 && faultOf(one, ALONE) === null);
    expect(added.length).toBeGreaterThan(3000);
    expect(taken).toEqual([]);
  });

  it("is refused in capitals and full width too", () => {
    for (const typed of ["PASSWORD", "Baseball", "TrustNo1", "1QAZ2wsx", "ｐａｓｓｗｏｒｄ"]) {
      expect(faultOf(typed)).toBe("It is one of the most common passwords.");
    }
  });

  it("may be part of a good one", () => {
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
    "Ada.Lovelace2024",
    "adalovelace12345",
    "Ada Lovelace, 1815",
    "4d4l0v3l4c312345",
    "ecalevol.ada12345",
    "adalovelacee1815",
    "ada-lovelac-1815",
    "lovelacelovelace",
    "Lovelàce20242024",
    "c0unt3ss12345678",
    "contess123456789",
    "countess20242024",
    "example1example2",
  ])("or close to them is refused: %j", (password) => {
    const about = { ...ALONE, email: "ada.lovelace@example.com", name: "Ada Lovelace" };
    expect(reasonOf(password, about)).not.toBeNull();
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
    ["what is close to a name, and much more", "the bean counters go home", ALONE],
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
