import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerLogin, auth, challengeOf, protect, register, type Protected } from "../account";
import { codeOf, elapse, problemCode, wrongCodeOf } from "../helpers";
import { countSessions, stepUpOwn } from "./account-support";
import { attempts, firstCode, storedUser } from "./support";

const ada = async () => protect(await register("ada@example.com"));

/** What people and keyboards put between digits, and the same digits in other styles. */
const SEPARATORS = ["", " ", "-", "\t", "\u00a0", "\u3000", "\u2013", "\ufeff"];
const STYLES = [0x30, 0xff10, 0x1d7ce, 0x1d7f6];
const decoration = fc.array(
  fc.record({ before: fc.constantFrom(...SEPARATORS), style: fc.constantFrom(...STYLES) }),
  { minLength: 6, maxLength: 6 },
);

function decorate(code: string, parts: { before: string; style: number }[]): string {
  return parts
    .map(({ before, style }, at) => before + String.fromCodePoint(style + Number(code[at])))
    .join("");
}

type Ask = (person: Protected, code: unknown) => Promise<Response>;
const SURFACES: [string, Ask][] = [
  [
    "the answer to a log-in",
    async (person, code) => {
      const body = { challengeToken: await challengeOf(person), code };
      return auth("POST", "/challenge", { body });
    },
  ],
  ["a step-up", stepUpOwn],
];

describe.each(SURFACES)("requirement 5: as %s", (_name, ask) => {
  it("a code is the same code however it is typed: one of two is accepted", async () => {
    const person = await ada();
    const property = fc.asyncProperty(decoration, fc.boolean(), async (parts, plainFirst) => {
      elapse(person.phone.period);
      const code = codeOf(person.phone);
      const typed = plainFirst ? [code, decorate(code, parts)] : [decorate(code, parts), code];
      expect((await ask(person, typed[0])).status).toBe(200);
      expect(await problemCode(await ask(person, typed[1]))).toBe("invalid_code");
    });
    await fc.assert(property, { numRuns: 8 });
  });

  it("a backup code is the same code in any letters and groups", async () => {
    const person = await ada();
    const code = firstCode(person);
    const forms = [code.toLowerCase(), code, code.replaceAll("-", " "), code.replaceAll("-", "")];
    const answers = [];
    for (const form of forms) answers.push((await ask(person, form)).status);
    expect(answers).toEqual([200, 422, 422, 422]);
  });

  it("decorated wrong codes are counted like plain ones", async () => {
    const person = await ada();
    const wrong = wrongCodeOf(person.phone);
    for (const code of [wrong, ` ${wrong}`, wrong.split("").join(" ")]) await ask(person, code);
    expect(await storedUser(person.id)).toMatchObject({ failures: 3 });
  });

  it("what is no text is a mistake of the form, is not counted and spends nothing", async () => {
    const person = await ada();
    const code = codeOf(person.phone);
    const before = await countSessions(person);
    const values = [Number(code), [code], { code }, true, null, "", "12345", "1234567890", "ab"];
    for (const value of values) {
      const response = await ask(person, value);
      expect({ value, status: response.status }).toEqual({ value, status: 422 });
      expect(await problemCode(response)).toBe("invalid_request");
    }
    expect(await storedUser(person.id)).toMatchObject({ failures: 0, strikes: 0 });
    expect([await attempts("failure"), await countSessions(person)]).toEqual([0, before]);
    expect((await ask(person, code)).status).toBe(200);
  });
});

describe("requirement 5: after a challenge was answered", () => {
  it("no decoration of its code answers another", async () => {
    const person = await ada();
    const code = codeOf(person.phone);
    expect((await answerLogin(await challengeOf(person), code)).status).toBe(200);
    const token = await challengeOf(person);
    for (const form of [`${code} `, `\u2003${code}`, code.split("").join("-"), `\t${code}\n`]) {
      expect(await problemCode(await answerLogin(token, form))).toBe("invalid_code");
    }
  });
});
