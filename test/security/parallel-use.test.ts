import { describe, expect, it } from "vitest";
import { codeOf, createApp, createKey, elapse, enrolled, useKey, type TestApp } from "../service";
import { answer, attempts, challengeFor, countAccepted, storedUser, together } from "./support";

type Fire = (app: TestApp, userId: string, code: string) => Promise<Response[]>;

const PARALLEL: [string, Fire][] = [
  ["50 verifications", (app, userId, code) => together(50, () => app.verify(userId, code))],
  [
    "50 challenges, one each",
    async (app, userId, code) => {
      const tokens = await Promise.all(
        Array.from({ length: 50 }, async () => (await challengeFor(app, userId)).token),
      );
      return together(50, (at) => answer(tokens[at] ?? "", code));
    },
  ],
  [
    "one challenge, 50 answers",
    async (app, userId, code) => {
      const { token } = await challengeFor(app, userId);
      return together(50, () => answer(token, code));
    },
  ],
  [
    "25 verifications and 25 answers to a challenge",
    async (app, userId, code) => {
      const { token } = await challengeFor(app, userId);
      return together(50, (at) => (at % 2 ? app.verify(userId, code) : answer(token, code)));
    },
  ],
];

describe("a right code is accepted once", () => {
  it.each(PARALLEL)("by exactly one of %s", async (_name, fire) => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const responses = await fire(app, "ada", codeOf(phone));
    expect(await countAccepted(responses)).toBe(1);
    expect(await attempts("success")).toBe(1);
  });

  it("by one of 50 requests that come with two keys of the app", async () => {
    const app = await createApp();
    const other = useKey(app.id, await createKey(app.id, {}));
    const { phone } = await enrolled(app, "ada");
    const code = codeOf(phone);
    const responses = await together(50, (at) => (at % 2 ? app : other).verify("ada", code));
    expect(await countAccepted(responses)).toBe(1);
  });

  it("and the parallel answers that lost their challenge are charged nothing", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    const code = codeOf(phone);
    await together(50, () => answer(token, code));
    expect(await storedUser("ada")).toMatchObject({ failures: 0, strikes: 0, locked_until: null });
  });

  it("also at its very first use, one after the other", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const code = codeOf(phone);
    const responses = [await app.verify("ada", code), await app.verify("ada", code)];
    expect(await countAccepted(responses)).toBe(1);
  });

  it("for as long as the window keeps it right", async () => {
    const app = await createApp({ settings: { window: 2 } });
    const { phone } = await enrolled(app, "ada");
    const ahead = codeOf(phone, 2);
    expect(await countAccepted([await app.verify("ada", ahead)])).toBe(1);
    for (let step = 0; step < 4; step++) {
      elapse(phone.period);
      expect(await countAccepted([await app.verify("ada", ahead)])).toBe(0);
    }
  });
});

describe("on one surface of the server API, then on no other", () => {
  it("a code verified directly answers no challenge", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    await app.verify("ada", codeOf(phone));
    expect((await answer(token, codeOf(phone))).status).toBe(422);
  });

  it("a code that answered a challenge verifies no more", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    expect((await answer(token, codeOf(phone))).status).toBe(200);
    expect(await countAccepted([await app.verify("ada", codeOf(phone))])).toBe(0);
  });
});
