import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  codeOf,
  createApp,
  elapse,
  enrolled,
  problemCode,
  wrongCodeOf,
  type TestApp,
} from "../helpers";
import { answer, attempts, challengeFor, isAccepted, storedUser } from "./support";

/**
 * What people and keyboards put around digits: all of it is taken away before anything else looks.
 */
const SEPARATORS = ["", " ", "-", "\t", "\u00a0", "\u2003", "\u3000", "\u2013", "\u2014", "\ufeff"];
/** The same digit in other scripts and styles, as NFKC unifies them. */
const STYLES = [0x30, 0xff10, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6];

const decoration = fc.array(
  fc.record({ before: fc.constantFrom(...SEPARATORS), style: fc.constantFrom(...STYLES) }),
  { minLength: 6, maxLength: 6 },
);

function decorate(code: string, parts: { before: string; style: number }[]): string {
  const digits = parts.map(
    ({ before, style }, at) => before + String.fromCodePoint(style + Number(code[at])),
  );
  return digits.join("");
}

describe("requirement 5: a code is the same code however it is typed", () => {
  it("decorated it is accepted, and plain no more; nor the other way round", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const property = fc.asyncProperty(decoration, fc.boolean(), async (parts, plainFirst) => {
      elapse(phone.period);
      const code = codeOf(phone);
      const typed = [code, decorate(code, parts)];
      if (!plainFirst) typed.reverse();
      const [first = "", second = ""] = typed;
      expect(await isAccepted(await app.verify("ada", first))).toBe(true);
      expect(await isAccepted(await app.verify("ada", second))).toBe(false);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it("and so it is as the answer to a challenge", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const property = fc.asyncProperty(decoration, async (parts) => {
      elapse(phone.period);
      const code = codeOf(phone);
      const { token } = await challengeFor(app, "ada");
      const { token: other } = await challengeFor(app, "ada");
      expect((await answer(token, decorate(code, parts))).status).toBe(200);
      expect((await answer(other, code)).status).toBe(422);
    });
    await fc.assert(property, { numRuns: 15 });
  });

  it("whatever is put into a spent code, it is not accepted a second time", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const junk = fc.string({ unit: "binary", maxLength: 8 });
    const property = fc.asyncProperty(junk, fc.nat(6), async (text, at) => {
      elapse(phone.period);
      const code = codeOf(phone);
      expect(await isAccepted(await app.verify("ada", code))).toBe(true);
      const altered = code.slice(0, at) + text + code.slice(at);
      expect(await isAccepted(await app.verify("ada", altered))).toBe(false);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it("wrong codes are counted however they are typed: five decorations of one lock the user", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const wrong = wrongCodeOf(phone);
    const typed = [wrong, ` ${wrong}`, `${wrong}\n`, wrong.replace(/...$/, "-$&")];
    typed.push(
      decorate(
        wrong,
        Array.from({ length: 6 }, () => ({ before: "\u3000", style: 0xff10 })),
      ),
    );
    for (const code of typed) await app.verify("ada", code);
    expect(await attempts("failure")).toBe(5);
    expect(await problemCode(await app.verify("ada", codeOf(phone)))).toBe("locked");
  });
});

/** What is no code, made of one. */
const NO_CODES: [string, (code: string) => unknown][] = [
  ["a number", Number],
  ["a number with a leading one", (code) => Number(`1${code}`)],
  ["an array of it", (code) => [code]],
  ["an array of two", (code) => [code, code]],
  ["an object", (code) => ({ code })],
  ["an object that prints as it", (code) => ({ toString: code, length: 6 })],
  ["true", () => true],
  ["null", () => null],
  ["nothing", () => undefined],
  ["an empty string", () => ""],
  ["blanks", () => "   "],
  ["five digits", (code) => code.slice(1)],
  ["nine digits", (code) => code + code.slice(3)],
  ["the code twice", (code) => code + code],
  ["the code with a NUL", (code) => `${code}\0`],
  ["the code with a zero-width space", (code) => `${code}\u200b`],
  ["the code with a soft hyphen", (code) => `${code}\u00ad`],
  ["Arabic digits", (code) => code.replaceAll(/\d/g, (d) => String.fromCodePoint(0x660 + +d))],
  ["a hexadecimal number", (code) => `0x${code.slice(2)}`],
  ["an exponent", (code) => `${code.slice(3)}e3`],
  ["the code with a sign", (code) => `+${code}`],
  ["the code with a decimal point", (code) => `${code}.0`],
  ["the code behind 60 blanks", (code) => " ".repeat(60) + code],
  ["SQL", (code) => `${code}' OR '1'='1`],
  ["half a surrogate pair", (code) => `${code}\ud800`],
  ["24 characters that are no Base32", () => "0189".repeat(6)],
];

type Surface = (app: TestApp, code: unknown) => Promise<Response>;
const SURFACES: [string, Surface][] = [
  ["verify", (app, code) => app.verify("ada", code)],
  ["challenge", async (app, code) => answer((await challengeFor(app, "ada")).token, code)],
];

describe.each(SURFACES)("requirement 5: what is no code is a 422 at %s", (_name, surface) => {
  it("and is not counted, and spends nothing", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    for (const [name, make] of NO_CODES) {
      const response = await surface(app, make(codeOf(phone)));
      const { status } = response;
      const outcome = { name, status, code: await problemCode(response) };
      expect(outcome).toEqual({ name, status: 422, code: "invalid_request" });
    }
    expect(await storedUser("ada")).toMatchObject({ failures: 0, strikes: 0 });
    expect(await isAccepted(await surface(app, codeOf(phone)))).toBe(true);
  });
});
