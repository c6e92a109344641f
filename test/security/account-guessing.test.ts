import { beforeEach, describe, expect, it } from "vitest";
import {
  answerLogin,
  auth,
  challengeOf,
  enrolOwn,
  confirmOwn,
  expectJson,
  protect,
  register,
  type Protected,
  type Tokens,
} from "../account";
import { codeOf, elapse, problemCode, wrongCodeOf } from "../service";
import { accountsApp, countGood, countSessions, refresh, stepUp } from "./account-support";
import { attempts, comparable, contents, firstCode, storedUser, together } from "./support";

let person: Protected;
let wrong: string;

beforeEach(async () => {
  person = await protect(await register("ada@example.com"));
  wrong = wrongCodeOf(person.phone);
});

const challenges = (count: number) =>
  Promise.all(Array.from({ length: count }, () => challengeOf(person)));

const FLOODS: [string, () => Promise<Response[]>][] = [
  [
    "answers to 40 log-ins",
    async () => {
      const tokens = await challenges(40);
      return together(200, (at) => answerLogin(tokens[at % 40] ?? "", wrong));
    },
  ],
  [
    "answers to one log-in",
    async () => {
      const token = await challengeOf(person);
      return together(200, () => answerLogin(token, wrong));
    },
  ],
  ["step-ups", () => together(200, () => stepUp(person.tokens, { code: wrong }))],
  [
    "a mixture of log-ins, step-ups and verifications by server, of codes and backup codes",
    async () => {
      const tokens = await challenges(10);
      const app = await accountsApp();
      const backup = "ABCD-EFGH-ABCD-EFGH-ABCD-EFGH";
      return together(200, (at) => {
        const code = at % 2 ? wrong : backup;
        if (at % 3 === 0) return answerLogin(tokens[at % 10] ?? "", code);
        return at % 3 === 1 ? stepUp(person.tokens, { code }) : app.verify(person.id, code);
      });
    },
  ],
];

const SLOW = 60_000;

describe("of 200 parallel wrong codes five are evaluated", () => {
  it.each(FLOODS)(
    "as %s, and the right code behind them is refused",
    { timeout: SLOW },
    async (_name, flood) => {
      const token = await challengeOf(person);
      const sessions = await countSessions(person);
      const before = await attempts("failure");
      await flood();
      expect((await attempts("failure")) - before).toBe(5);
      for (const code of [codeOf(person.phone), firstCode(person)]) {
        expect(await problemCode(await answerLogin(token, code))).toBe("locked");
        expect(await problemCode(await stepUp(person.tokens, { code }))).toBe("locked");
      }
      expect(await countSessions(person)).toBe(sessions);
      elapse(31);
      expect((await answerLogin(await challengeOf(person), codeOf(person.phone))).status).toBe(200);
    },
  );
});

describe("the tries of a person", () => {
  it("are not refilled by a new log-in, session or address: the fifth locks", async () => {
    let { tokens } = person;
    for (let at = 0; at < 5; at++) {
      tokens = await expectJson<Tokens>(refresh(tokens), 200);
      const answered =
        at % 2
          ? await stepUp(tokens, { code: wrong })
          : await answerLogin(await challengeOf(person), wrong);
      expect(await problemCode(answered)).toBe("invalid_code");
    }
    expect(await problemCode(await stepUp(tokens, { code: codeOf(person.phone) }))).toBe("locked");
  });

  it("are shared by authenticators and backup codes", async () => {
    const { id, phone } = await enrolOwn(person.tokens);
    expect((await confirmOwn(person.tokens, id, codeOf(phone))).status).toBe(200);
    elapse(30);
    const token = await challengeOf(person);
    for (const code of [wrong, "A".repeat(24), wrong, "B".repeat(24), wrong]) {
      await answerLogin(token, code);
    }
    for (const code of [codeOf(phone), codeOf(person.phone), firstCode(person)]) {
      expect(await problemCode(await answerLogin(token, code))).toBe("locked");
    }
  });

  it("of one log-in are five, also when a success elsewhere unlocks in between", async () => {
    const token = await challengeOf(person);
    for (let at = 0; at < 4; at++) await answerLogin(token, wrong);
    expect((await stepUp(person.tokens, { code: firstCode(person) })).status).toBe(200);
    await answerLogin(token, wrong);
    expect(await problemCode(await answerLogin(token, codeOf(person.phone)))).toBe(
      "invalid_challenge",
    );
    expect(await storedUser(person.id)).toMatchObject({ failures: 1 });
  });
});

describe("a right code of a locked person", () => {
  it("is refused like a wrong one with the seconds to wait, is not spent, and good afterwards", async () => {
    const token = await challengeOf(person);
    for (let at = 0; at < 5; at++) await stepUp(person.tokens, { code: wrong });
    const code = codeOf(person.phone, 1);
    for (const ask of [
      (text: string) => answerLogin(token, text),
      (text: string) => stepUp(person.tokens, { code: text }),
    ]) {
      const refused = await ask(code);
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "30"]);
      const one = await comparable(refused);
      for (const other of [wrong, firstCode(person), codeOf(person.phone, -1)]) {
        expect(await comparable(await ask(other))).toEqual(one);
      }
    }
    elapse(30);
    expect((await answerLogin(token, code)).status).toBe(200);
  });

  it("costs no write, however many come", async () => {
    const token = await challengeOf(person);
    for (let at = 0; at < 5; at++) await stepUp(person.tokens, { code: wrong });
    await answerLogin(token, codeOf(person.phone));
    const before = await contents();
    await together(40, () => answerLogin(token, codeOf(person.phone)));
    expect(await contents()).toEqual(before);
  });
});

describe("without the password", () => {
  it("nobody moves the counter of the second factor, with whatever token or none", async () => {
    const used = await challengeOf(person);
    expect((await answerLogin(used, codeOf(person.phone))).status).toBe(200);
    const late = await challengeOf(person);
    elapse(301);
    const before = await storedUser(person.id);
    const tokens = [used, late, "junk", person.tokens.accessToken, person.tokens.refreshToken];
    const answers = await together(60, (at) => {
      if (at % 3 === 0) return answerLogin(tokens[at % tokens.length] ?? "", wrong);
      if (at % 3 === 1) return auth("POST", "/step-up", { body: { code: wrong } });
      return stepUp({ accessToken: tokens[at % tokens.length] ?? "" }, { code: wrong });
    });
    expect(countGood(answers)).toBe(0);
    expect(await storedUser(person.id)).toEqual(before);
  });
});
