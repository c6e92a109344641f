import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../chance";
import { decorate, decoration } from "../decorated";
import {
  codeOf,
  createApp,
  elapse,
  enrol,
  enrolled,
  phoneWith,
  problemCode,
  wrongCodeOf,
  type TestApp,
} from "../service";
import { challengeLink, enrolmentLink, pathOf, settings } from "../links";
import { keyOf, visitor } from "../visitor";
import { answer, attempts, challengeFor, forgiveStrikes, isAccepted, storedUser } from "./support";

/** Where a user of an app gives a code; whether it was accepted. */
const WAYS: [string, (app: TestApp, code: string) => Promise<boolean>][] = [
  ["verify", async (app, code) => isAccepted(await app.verify("ada", code))],
  [
    "a challenge",
    async (app, code) => isAccepted(await answer((await challengeFor(app, "ada")).token, code)),
  ],
  [
    "the page of a challenge",
    async (app, code) => {
      const browser = visitor();
      await browser.get(pathOf(await challengeLink(app, "ada")));
      return (await browser.submit({ code })).status === 303;
    },
  ],
  [
    "the page of another enrolment",
    async (app, code) => {
      const browser = visitor();
      await browser.get(pathOf(await enrolmentLink(app, "ada")));
      await browser.submit({});
      return keyOf(await browser.submit({ code })) !== "";
    },
  ],
];

describe.each(WAYS)("at %s a code is the same code however it is typed", (_, accepts) => {
  it("decorated it is accepted, and plain no more; nor the other way round", async () => {
    const app = await createApp({ settings });
    const { phone } = await enrolled(app, "ada");
    const property = fc.asyncProperty(decoration, fc.boolean(), async (parts, plainFirst) => {
      await forgiveStrikes();
      elapse(phone.period);
      const code = codeOf(phone);
      const typed = [code, decorate(code, parts)];
      if (!plainFirst) typed.reverse();
      const answers = [];
      for (const one of typed) answers.push(await accepts(app, one));
      expect(answers).toEqual([true, false]);
    });
    await fc.assert(property, { numRuns: runs(12) });
  });
});

describe("a code is the same code however it is typed", () => {
  it("and so it is at confirmation: what confirmed cannot log in, however it was typed", async () => {
    const app = await createApp();
    let users = 0;
    const property = fc.asyncProperty(decoration, fc.boolean(), async (parts, plainFirst) => {
      const userId = `user-${users++}`;
      const { id, secret } = await enrol(app, userId);
      const code = codeOf(phoneWith(secret));
      const typed = [code, decorate(code, parts)];
      if (!plainFirst) typed.reverse();
      const [first, second] = typed;
      const path = `/users/${userId}/authenticators/${id}/confirm`;
      expect((await app.v1("POST", path, { body: { code: first } })).status).toBe(200);
      expect(await isAccepted(await app.verify(userId, second))).toBe(false);
    });
    await fc.assert(property, { numRuns: runs(12) });
  });

  it("whatever is put into a spent code, it is not accepted a second time", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const junk = fc.string({ unit: "binary", maxLength: 8 });
    const property = fc.asyncProperty(junk, fc.nat(6), async (text, at) => {
      await forgiveStrikes();
      elapse(phone.period);
      const code = codeOf(phone);
      expect(await isAccepted(await app.verify("ada", code))).toBe(true);
      const altered = code.slice(0, at) + text + code.slice(at);
      expect(await isAccepted(await app.verify("ada", altered))).toBe(false);
    });
    await fc.assert(property, { numRuns: runs(60) });
  });

  it("wrong codes are counted however they are typed: five decorations of one lock the user", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const wrong = wrongCodeOf(phone);
    const typed = [wrong, ` ${wrong}`, `${wrong}\n`, wrong.replace(/...$/, "-$&")];
    typed.push(decorate(wrong, [{ before: "\u3000", zero: "\uff10" }]));
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
  ["the code with a letter", (code) => `${code}a`],
  ["a hexadecimal number", (code) => `0x${code.slice(2)}`],
  ["an exponent", (code) => `${code.slice(3)}e3`],
  ["the code with a sign", (code) => `+${code}`],
  ["the code behind 300 blanks", (code) => " ".repeat(300) + code],
  ["SQL", (code) => `${code}' OR '1'='1`],
  ["half a surrogate pair", (code) => `${code}\ud800`],
  ["24 characters that are no Base32", () => "0189".repeat(6)],
];

type Surface = (app: TestApp, code: unknown) => Promise<Response>;
const SURFACES: [string, Surface][] = [
  ["verify", (app, code) => app.verify("ada", code)],
  ["challenge", async (app, code) => answer((await challengeFor(app, "ada")).token, code)],
];

describe.each(SURFACES)("what is no code is a 422 at %s", (_name, surface) => {
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
