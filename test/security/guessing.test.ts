import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../chance";
import {
  codeOf,
  createApp,
  createKey,
  elapse,
  enrolled,
  problemCode,
  useKey,
  wrongCodeOf,
  type EnrolledUser,
  type TestApp,
} from "../service";
import {
  answer,
  attempts,
  challengeFor,
  firstCode,
  freshAddress,
  isAccepted,
  storedUser,
  together,
} from "./support";

/** A backup code that nobody was given. */
function madeUpBackupCode(at: number): string {
  const letters = at.toString(8).replaceAll(/\d/g, (digit) => "ABCDEFGH".charAt(Number(digit)));
  return letters.padEnd(24, "Z");
}

type Flood = (app: TestApp, wrong: string) => Promise<unknown>;
const FLOODS: [string, Flood][] = [
  ["verifications", (app, wrong) => together(200, () => app.verify("ada", wrong))],
  [
    "verifications from 200 addresses",
    (app, wrong) =>
      together(200, () =>
        app.v1("POST", "/users/ada/verify", { body: { code: wrong }, headers: freshAddress() }),
      ),
  ],
  [
    "answers to 50 challenges",
    async (app, wrong) => {
      const made = await Promise.all(Array.from({ length: 50 }, () => challengeFor(app, "ada")));
      return together(200, (at) => answer(made[at % 50]?.token ?? "", wrong));
    },
  ],
  ["backup codes", (app) => together(200, (at) => app.verify("ada", madeUpBackupCode(at)))],
  [
    "a mixture",
    async (app, wrong) => {
      const { token } = await challengeFor(app, "ada");
      return together(200, (at) => {
        if (at % 3 === 0) return answer(token, wrong);
        return app.verify("ada", at % 3 === 1 ? wrong : madeUpBackupCode(at));
      });
    },
  ],
];

describe("of 200 parallel wrong codes five are evaluated", () => {
  it.each(FLOODS)("as %s, and the right code behind them is refused", async (_name, flood) => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    await flood(app, wrongCodeOf(user.phone));
    expect(await attempts("failure")).toBe(5);
    expect(await problemCode(await app.verify("ada", codeOf(user.phone)))).toBe("locked");
    expect(await problemCode(await app.verify("ada", firstCode(user)))).toBe("locked");
    elapse(31);
    expect(await isAccepted(await app.verify("ada", codeOf(user.phone)))).toBe(true);
  });

  it.each([1, 3, 10])(
    "or as many as the app's own limit of %i says",
    async (failuresBeforeLock) => {
      const app = await createApp({ settings: { failuresBeforeLock } });
      const { phone } = await enrolled(app, "ada");
      await together(100, () => app.verify("ada", wrongCodeOf(phone)));
      expect(await attempts("failure")).toBe(failuresBeforeLock);
    },
  );
});

/** Each way of guessing at one user. All share one budget. */
interface Context {
  app: TestApp;
  user: EnrolledUser;
  /** The same user's other authenticator, of eight digits. */
  second: EnrolledUser;
  token: string;
}
type Guess = (context: Context) => Promise<Response>;
const GUESSES: [string, Guess][] = [
  ["verify", ({ app, user }) => app.verify("ada", wrongCodeOf(user.phone))],
  [
    "another key",
    async ({ app, user }) =>
      useKey(app.id, await createKey(app.id, {})).verify("ada", wrongCodeOf(user.phone)),
  ],
  [
    "another address",
    ({ app, user }) =>
      app.v1("POST", "/users/ada/verify", {
        body: { code: wrongCodeOf(user.phone), ip: "203.0.113.9", userAgent: "another" },
        headers: freshAddress(),
      }),
  ],
  ["the challenge", ({ user, token }) => answer(token, wrongCodeOf(user.phone))],
  [
    "a new challenge",
    async ({ app, user }) =>
      answer((await challengeFor(app, "ada")).token, wrongCodeOf(user.phone)),
  ],
  [
    "the length of the second authenticator",
    ({ app, second }) => app.verify("ada", wrongCodeOf(second.phone)),
  ],
  ["a length of no authenticator", ({ app }) => app.verify("ada", "0000000")],
  ["a backup code", ({ app }) => app.verify("ada", "A".repeat(24))],
  [
    "a backup code to a challenge",
    async ({ app }) => answer((await challengeFor(app, "ada")).token, "B".repeat(24)),
  ],
];

async function world(): Promise<Context> {
  const app = await createApp();
  const user = await enrolled(app, "ada");
  const second = await enrolled(app, "ada", { digits: 8, name: "tablet" });
  const { token } = await challengeFor(app, "ada");
  return { app, user, second, token };
}

describe("all guesses at a user share one budget", () => {
  it.each(GUESSES)("four failures and a fifth by %s lock every way in", async (_name, guess) => {
    const context = await world();
    const { app, user, second } = context;
    for (let at = 0; at < 4; at++) await app.verify("ada", wrongCodeOf(user.phone));
    await guess(context);
    expect(await attempts("failure")).toBe(5);
    const right = [codeOf(user.phone), codeOf(second.phone), firstCode(user)];
    for (const code of right)
      expect(await problemCode(await app.verify("ada", code))).toBe("locked");
    expect(await problemCode(await answer(context.token, codeOf(user.phone)))).toBe("locked");
    const created = await app.v1("POST", "/challenges", { body: { userId: "ada" } });
    expect(await problemCode(created)).toBe("locked");
  });

  it("whatever the order: the fifth locks, and no earlier one", async () => {
    const app = await createApp();
    let users = 0;
    const ways = fc.array(fc.constantFrom(...GUESSES.slice(0, 2), ...GUESSES.slice(4)), {
      minLength: 5,
      maxLength: 5,
    });
    const property = fc.asyncProperty(ways, async (chosen) => {
      await app.v1("DELETE", "/users/ada");
      const user = await enrolled(app, "ada");
      const second = await enrolled(app, "ada", { digits: 8, name: `tablet ${users++}` });
      for (const [at, [name, guess]] of chosen.entries()) {
        expect((await storedUser("ada")).locked_until, `before ${at}: ${name}`).toBeNull();
        await guess({ app, user, second, token: "" });
      }
      expect((await storedUser("ada")).locked_until).not.toBeNull();
    });
    await fc.assert(property, { numRuns: runs(12) });
  });

  it("and a success of a second authenticator makes no room for another user's", async () => {
    const app = await createApp();
    const ada = await enrolled(app, "ada");
    const bob = await enrolled(app, "bob");
    for (let at = 0; at < 4; at++) await app.verify("ada", wrongCodeOf(ada.phone));
    await app.verify("bob", codeOf(bob.phone));
    expect(await storedUser("ada")).toMatchObject({ failures: 4 });
    expect(await storedUser("bob")).toMatchObject({ failures: 0 });
  });
});
