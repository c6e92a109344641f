/**
 * Codes of secrets that the caller holds (authenticator-api): there is no user and no key, so that single use
 * and the limit of guesses hang on a digest of the secret.
 */

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  exchange,
  fail,
  FORM,
  phoneOf,
  PIN,
  SECRET,
  storedSecrets,
  validate,
  WRONG,
} from "../compat/authenticator";
import { codeOf, elapse } from "../service";
import { contents, kvThat } from "./support";

const PHONE = phoneOf(SECRET);
const NUL = "\0";
const FAILURES_BEFORE_LOCK = 5;

async function validateTogether(count: number, pin: (at: number) => string): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, (_, at) => validate(pin(at))));
  return answers.filter((answer) => answer === "True").length;
}

/** Locked for so many seconds from now; null if not. */
async function lockSeconds(): Promise<number | null> {
  const [stored] = await storedSecrets();
  return stored?.locked_until ? (stored.locked_until - Date.now()) / 1000 : null;
}

describe("a right code of a bare secret", () => {
  it("is accepted once, by one of 50 parallel requests", async () => {
    expect(await validateTogether(50, () => PIN)).toBe(1);
    expect(await storedSecrets()).toMatchObject([{ failures: 0 }]);
  });

  it("is accepted once over every way in", async () => {
    const body = `Pin=${PIN}&SecretCode=${SECRET}`;
    const ways = ["GET /Validate.aspx?", "GET /validate.ASPX?", "GET /API.asmx/ValidatePin?"];
    const sent = ["POST /Validate.aspx", "POST /API.asmx/ValidatePin"];
    const answers = await Promise.all([
      ...ways.map((way) => exchange(`${way}${body}`)),
      ...sent.map((way) => exchange(way, { headers: FORM, body })),
    ]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(texts.filter((text) => /true/i.test(text))).toHaveLength(1);
  });

  it("ends the codes before it: the step before is refused, the next one accepted once", async () => {
    const [before, now, next] = [-1, 0, 1].map((step) => codeOf(PHONE, step));
    const answers = [];
    for (const pin of [now, before, now, next, next, before])
      answers.push(await validate(pin ?? ""));
    expect(answers).toEqual(["True", "False", "False", "True", "False", "False"]);
  });

  it("is refused for ever after, also when the row's time has passed", async () => {
    expect(await validate(PIN)).toBe("True");
    for (let step = 0; step < 6; step++) {
      elapse(15);
      expect(await validate(PIN)).toBe("False");
    }
  });

  it("sent again counts as no failure: a double click locks nobody out", async () => {
    await validate(PIN);
    const before = await contents();
    for (let at = 0; at < 10; at++) expect(await validate(PIN)).toBe("False");
    expect(await contents()).toEqual(before);
    elapse(30);
    expect(await validate(codeOf(PHONE))).toBe("True");
  });

  it("of an earlier step counts as no failure either", async () => {
    await validate(codeOf(PHONE, 1));
    const before = await contents();
    expect(await validate(codeOf(PHONE, 0))).toBe("False");
    expect(await contents()).toEqual(before);
  });

  it("of one secret says nothing about another", async () => {
    expect(await validate(PIN)).toBe("True");
    expect(await validate(codeOf(phoneOf("other")), "other")).toBe("True");
    expect(await validate(codeOf(phoneOf("third")), SECRET)).toBe("False");
  });
});

describe("secrets that yield one HMAC key (RFC 2104 §2)", () => {
  it.each([1, 2, 52])("are one: with %i NULs after it the code is spent", async (count) => {
    expect(await validate(PIN)).toBe("True");
    expect(await validate(PIN, SECRET + NUL.repeat(count))).toBe("False");
    expect(await storedSecrets()).toHaveLength(1);
  });

  it("are one the other way around, and share their failures", async () => {
    await fail(4, SECRET + NUL);
    await fail(1);
    expect(await validate(PIN, SECRET + NUL.repeat(3))).toBe("False");
    expect(await storedSecrets()).toMatchObject([{ failures: 5 }]);
  });

  it("are two where the key is longer than a block, which is hashed whole", async () => {
    const long = "x".repeat(64);
    expect(await validate(codeOf(phoneOf(long)), long)).toBe("True");
    const longer = long + NUL;
    expect(await validate(codeOf(phoneOf(longer)), longer)).toBe("True");
    expect(await storedSecrets()).toHaveLength(2);
  });

  it("may be nothing but NULs", async () => {
    expect(await validate(codeOf(phoneOf(NUL)), NUL)).toBe("True");
    expect(await validate(codeOf(phoneOf(NUL)), NUL + NUL)).toBe("False");
  });
});

describe("guessing with a bare secret", () => {
  it("is locked after five failures; a right code is then refused and not used up", async () => {
    await fail(FAILURES_BEFORE_LOCK);
    expect(await lockSeconds()).toBe(30);
    const before = await contents();
    expect(await validate(PIN)).toBe("False");
    expect(await validate(WRONG)).toBe("False");
    expect(await contents()).toEqual(before);
    elapse(30);
    expect(await validate(codeOf(PHONE))).toBe("True");
    expect(await storedSecrets()).toMatchObject([{ failures: 0, locked_until: null }]);
  });

  it("is locked for twice as long by every further failure, up to an hour", async () => {
    await fail(FAILURES_BEFORE_LOCK);
    const locks = [];
    for (let at = 0; at < 9; at++) {
      const seconds = (await lockSeconds()) ?? 0;
      locks.push(seconds);
      elapse(seconds);
      await fail(1);
    }
    expect(locks).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
  });

  it("evaluates five of 200 parallel wrong codes, and refuses a right one behind them", async () => {
    const wrong = Array.from({ length: 200 }, (_, at) => String(at).padStart(6, "0"));
    const near = Array.from({ length: 5 }, (_, at) => codeOf(PHONE, at - 2));
    expect(
      await validateTogether(200, (at) => wrong.filter((pin) => !near.includes(pin))[at] ?? WRONG),
    ).toBe(0);
    expect(await storedSecrets()).toMatchObject([{ failures: FAILURES_BEFORE_LOCK }]);
    expect(await validate(PIN)).toBe("False");
  });

  it("is bounded for a secret that has had a right code too", async () => {
    await validate(codeOf(PHONE, -1));
    expect(await validateTogether(200, () => WRONG)).toBe(0);
    expect(await storedSecrets()).toMatchObject([{ failures: FAILURES_BEFORE_LOCK }]);
    expect(await validate(PIN)).toBe("False");
  });

  it("starts afresh with a right code", async () => {
    await fail(4);
    expect(await validate(codeOf(PHONE, -1))).toBe("True");
    await fail(4);
    expect(await validate(PIN)).toBe("True");
  });

  it("is forgotten a day after the last attempt, cleaned up or not", async () => {
    await fail(4);
    elapse(24 * 3600);
    await fail(4);
    expect(await storedSecrets()).toMatchObject([{ failures: 4, locked_until: null }]);
    expect(await validate(codeOf(PHONE))).toBe("True");
  });

  it("counts nothing that is no pin", async () => {
    // An isolate's first request notes its keyring.
    expect(await validate("no pin")).toBe("False");
    const before = await contents();
    for (const pin of [" 123456", "12345", "1234567", "12345a", "１２３４５６", "-12345", "1e5"]) {
      expect(await validate(pin)).toBe("False");
    }
    expect(await contents()).toEqual(before);
  });

  it("is counted whatever KV and the isolate remember, from any address", async () => {
    await fail(3);
    const bindings = kvThat({ get: async () => null });
    expect(await validate(WRONG, SECRET, bindings)).toBe("False");
    expect(await validate(WRONG, SECRET, { ...env })).toBe("False");
    expect(await validate(PIN)).toBe("False");
  });
});
