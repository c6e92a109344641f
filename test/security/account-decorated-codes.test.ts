import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../chance";
import {
  answerLogin,
  auth,
  challengeOf,
  logInWithCode,
  protect,
  register,
  type Protected,
} from "../account";
import { decorate, decoration } from "../decorated";
import { codeOf, elapse, problemCode, wrongCodeOf } from "../service";
import { visitor } from "../visitor";
import { countSessions, stepUpOwn } from "./account-support";
import { SURFACES } from "./code-surfaces";
import { attempts, firstCode, forgiveStrikes, storedUser } from "./support";

const ada = async () => protect(await register("ada@example.com"));

const { "API 1 /token": _lastSix, ...ELSEWHERE } = SURFACES;
/** Whatever takes a code in a field of its own. */
const FIELDS = {
  ...ELSEWHERE,
  "/account/code": async ({ email, password }: Protected, code: string) => {
    const browser = visitor();
    await browser.get("/account/login");
    await browser.submit({ login: email, password });
    return (await browser.submit({ code })).at === "/account";
  },
};

describe.each(Object.entries(FIELDS))("at %s", (name, accepts) => {
  it("a code is the same code however it is typed: one of two is accepted", async () => {
    const person = await ada();
    const property = fc.asyncProperty(decoration, fc.boolean(), async (parts, plainFirst) => {
      await forgiveStrikes();
      elapse(person.phone.period);
      if (name.includes("step-up")) person.tokens = await logInWithCode(person);
      const code = codeOf(person.phone);
      const typed = [code, decorate(code, parts)];
      if (!plainFirst) typed.reverse();
      const answers = [];
      for (const one of typed) answers.push(await accepts(person, one));
      expect(answers).toEqual([true, false]);
    });
    await fc.assert(property, { numRuns: runs(4) });
  });
});

type Ask = (person: Protected, code: unknown) => Promise<Response>;
const CALLS: [string, Ask][] = [
  [
    "the answer to a log-in",
    async (person, code) => {
      const body = { challengeToken: await challengeOf(person), code };
      return auth("POST", "/challenge", { body });
    },
  ],
  ["a step-up", stepUpOwn],
];

describe.each(CALLS)("as %s", (_name, ask) => {
  it("a backup code is the same code in any letters and groups", async () => {
    const person = await ada();
    const code = firstCode(person);
    const symbols = code.replaceAll("-", "");
    const written = symbols.replaceAll("O", "0").replaceAll("I", "1").replaceAll("B", "8");
    const forms = [code.toLowerCase(), code, code.replaceAll("-", "."), `3. ${written}`];
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

describe("after a challenge was answered", () => {
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
