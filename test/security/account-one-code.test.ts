import { describe, expect, it } from "vitest";
import {
  answerLogin,
  challengeOf,
  confirmOwn,
  enrolOwn,
  expectJson,
  protect,
  register,
  tokensOf,
  type Protected,
  type Tokens,
} from "../account";
import { codeOf, elapse, problemCode } from "../service";
import { accountsApp, countGood, countSessions, stepUp, stepUpOwn } from "./account-support";
import {
  answer,
  attempts,
  challengeFor,
  countAccepted,
  firstCode,
  storedUser,
  together,
} from "./support";

const ada = async () => protect(await register("ada@example.com"));

type Fire = (person: Protected, code: string) => Promise<Response[]>;
const PARALLEL: [string, Fire][] = [
  [
    "50 log-ins with a challenge each",
    async (person, code) => {
      const tokens = await Promise.all(Array.from({ length: 50 }, () => challengeOf(person)));
      return together(50, (at) => answerLogin(tokens[at] ?? "", code));
    },
  ],
  [
    "50 answers to one challenge",
    async (person, code) => {
      const token = await challengeOf(person);
      return together(50, () => answerLogin(token, code));
    },
  ],
];

describe("a right code begins exactly one session", () => {
  it.each(PARALLEL)("of %s", async (_name, fire) => {
    const person = await ada();
    const before = await countSessions(person);
    expect(countGood(await fire(person, codeOf(person.phone)))).toBe(1);
    expect(await countSessions(person)).toBe(before + 1);
    expect(await attempts("success")).toBe(1);
  });

  it.each(PARALLEL)("of %s with a backup code", async (_name, fire) => {
    const person = await ada();
    const before = await countSessions(person);
    expect(countGood(await fire(person, firstCode(person)))).toBe(1);
    expect(await countSessions(person)).toBe(before + 1);
  });

  it("or renews one, of 50 step-ups", async () => {
    const person = await ada();
    const code = codeOf(person.phone);
    const answers = await together(50, () => stepUp(person.tokens, { code }));
    expect(countGood(answers)).toBe(1);
    expect(await attempts("success")).toBe(1);
  });

  it("also at its very first use, one after the other", async () => {
    const person = await ada();
    const [one, two] = [await challengeOf(person), await challengeOf(person)];
    expect((await answerLogin(one, codeOf(person.phone))).status).toBe(200);
    expect(await problemCode(await answerLogin(two, codeOf(person.phone)))).toBe("invalid_code");
    expect(await problemCode(await answerLogin(one, codeOf(person.phone, 1)))).toBe(
      "invalid_challenge",
    );
  });

  it("and confirms one enrolment, of 20 at once", async () => {
    const tokens = await tokensOf(await register("ada@example.com"));
    const { id, phone } = await enrolOwn(tokens);
    const answers = await together(20, () => confirmOwn(tokens, id, codeOf(phone)));
    expect(countGood(answers)).toBe(1);
  });
});

/** Where a person's code can be given; each tells whether it was accepted. */
const SURFACES: Record<string, (person: Protected, code: string) => Promise<boolean>> = {
  "the answer to a log-in": async (person, code) =>
    (await answerLogin(await challengeOf(person), code)).ok,
  "a step-up": async (person, code) => (await stepUpOwn(person, code)).ok,
  "a verification by server": async ({ id }, code) =>
    (await countAccepted([await (await accountsApp()).verify(id, code)])) === 1,
  "a challenge by server": async ({ id }, code) => {
    const { token } = await challengeFor(await accountsApp(), id);
    return (await answer(token, code)).ok;
  },
};
const PAIRS = Object.keys(SURFACES).flatMap((first) =>
  Object.keys(SURFACES).map((second): [string, string] => [first, second]),
);

describe("a code accepted by", () => {
  it.each(PAIRS)("%s is refused by %s, of the phone as of the list", async (first, second) => {
    const person = await ada();
    for (const code of [codeOf(person.phone), firstCode(person)]) {
      expect(await SURFACES[first]?.(person, code)).toBe(true);
      expect(await SURFACES[second]?.(person, code)).toBe(false);
    }
    expect(await SURFACES[second]?.(person, firstCode(person, 1))).toBe(true);
  });

  it("one of them is accepted by one only, of 40 at once", async () => {
    const person = await ada();
    const app = await accountsApp();
    const token = await challengeOf(person);
    const code = codeOf(person.phone);
    const before = await attempts("success");
    await together(40, (at) => {
      if (at % 3 === 0) return answerLogin(token, code);
      return at % 3 === 1 ? stepUp(person.tokens, { code }) : app.verify(person.id, code);
    });
    expect((await attempts("success")) - before).toBe(1);
  });
});

describe("of a person's steps", () => {
  it("the one that confirmed logs in no more, nor does an older one", async () => {
    const person = await ada();
    for (const stepsFromNow of [-1, -2]) {
      const token = await challengeOf(person);
      const answered = answerLogin(token, codeOf(person.phone, stepsFromNow));
      expect(await problemCode(await answered)).toBe("invalid_code");
    }
  });

  it("one that was skipped is dead after a later one, and the next is good once", async () => {
    const person = await ada();
    elapse(60);
    const log = async (stepsFromNow: number) =>
      (await answerLogin(await challengeOf(person), codeOf(person.phone, stepsFromNow))).status;
    expect([await log(0), await log(-1), await log(1), await log(1)]).toEqual([200, 422, 200, 422]);
  });
});

describe("one log-in begins one session", () => {
  it.each([
    ["two steps", (person: Protected) => [codeOf(person.phone), codeOf(person.phone, 1)]],
    ["a code and a backup code", (person: Protected) => [codeOf(person.phone), firstCode(person)]],
    ["two backup codes", (person: Protected) => [firstCode(person), firstCode(person, 1)]],
  ])("with %s at once, both right", async (_name, codesOf) => {
    const person = await ada();
    const before = await countSessions(person);
    const token = await challengeOf(person);
    const codes = codesOf(person);
    const answers = await together(20, (at) => answerLogin(token, codes[at % 2] ?? ""));
    expect(countGood(answers)).toBe(1);
    expect(await countSessions(person)).toBe(before + 1);
    expect(await storedUser(person.id)).toMatchObject({ failures: 0, strikes: 0 });
  });

  it("and its losers spend no code: the other one logs in next", async () => {
    const person = await ada();
    const token = await challengeOf(person);
    const codes = [firstCode(person), firstCode(person, 1)];
    const answers = await together(2, (at) => answerLogin(token, codes[at] ?? ""));
    const lost = codes[answers.findIndex(({ ok }) => !ok)] ?? "";
    const next = answerLogin(await challengeOf(person), lost);
    expect((await expectJson<Tokens>(next, 200)).accessToken).toEqual(expect.any(String));
  });
});
