import { describe, expect, it } from "vitest";
import {
  codeOf,
  createApp,
  enrolled,
  problemCode,
  wrongCodeOf,
  type EnrolledUser,
} from "../service";
import {
  answer,
  attempts,
  challengeFor,
  countAccepted,
  firstCode,
  isAccepted,
  storedUser,
  together,
} from "./support";

/** Two right codes of one user. */
const PAIRS: [string, (user: EnrolledUser) => [string, string]][] = [
  ["this step's and the next one's", ({ phone }) => [codeOf(phone), codeOf(phone, 1)]],
  ["an authenticator's and a backup code", (user) => [codeOf(user.phone), firstCode(user)]],
  ["two backup codes", (user) => [firstCode(user), firstCode(user, 1)]],
];

describe("a challenge is answered once", () => {
  it.each(PAIRS)("with two right codes in parallel: %s", async (_name, codesOf) => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    const codes = codesOf(user);
    const responses = await together(20, (at) => answer(token, codes[at % 2]));
    expect(await countAccepted(responses)).toBe(1);
    expect(await attempts("success")).toBe(1);
  });

  it("and the code that lost is not spent", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    const codes = [codeOf(user.phone), firstCode(user)];
    const verdicts = await Promise.all(
      codes.map(async (code) => isAccepted(await answer(token, code))),
    );
    const lost = codes[verdicts.indexOf(false)] ?? "";
    expect(verdicts.filter(Boolean)).toHaveLength(1);
    expect(await isAccepted(await answer((await challengeFor(app, "ada")).token, lost))).toBe(true);
  });

  it("one after the other, the second is told that the challenge is over and is charged nothing", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    expect((await answer(token, firstCode(user))).status).toBe(200);
    expect(await problemCode(await answer(token, firstCode(user, 1)))).toBe("invalid_challenge");
    expect(await problemCode(await answer(token, wrongCodeOf(user.phone)))).toBe(
      "invalid_challenge",
    );
    expect(await storedUser("ada")).toMatchObject({ failures: 0, strikes: 0 });
  });

  it("wrongly at most five times, and rightly no more after that", async () => {
    const app = await createApp({ settings: { failuresBeforeLock: 10 } });
    const { phone } = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    const wrong = await together(30, () => answer(token, wrongCodeOf(phone)));
    expect(wrong.filter(({ status }) => status === 422)).toHaveLength(5);
    expect(await attempts("failure")).toBe(5);
    expect(await problemCode(await answer(token, codeOf(phone)))).toBe("invalid_challenge");
    expect(await storedUser("ada")).toMatchObject({ failures: 5 });
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(true);
  });
});
