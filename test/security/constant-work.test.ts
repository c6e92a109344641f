import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { codeOf, createApp, elapse, enrolled, wrongCodeOf } from "../service";
import { answer, attempts, challengeFor, isAccepted } from "./support";

/** RFC 4226 §5.1: the counter, and nothing else that we sign, is eight bytes. */
const COUNTER_BYTES = 8;

let computed = 0;
let compared = 0;

beforeEach(() => {
  const sign = crypto.subtle.sign.bind(crypto.subtle);
  vi.spyOn(crypto.subtle, "sign").mockImplementation((algorithm, key, data) => {
    if (data.byteLength === COUNTER_BYTES) computed++;
    return sign(algorithm, key, data);
  });
  const timingSafeEqual = crypto.subtle.timingSafeEqual.bind(crypto.subtle);
  vi.spyOn(crypto.subtle, "timingSafeEqual").mockImplementation((a, b) => {
    compared++;
    return timingSafeEqual(a, b);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Seven, so that a code is not eight bytes itself where its digest is taken. */
const SEVEN = { digits: 7 };
/** Every position of a match in the window, and none. */
const CASES = [0, 1, 2].flatMap((window) =>
  [...Array.from({ length: 2 * window + 1 }, (_, at) => at - window), null].map((match) => ({
    window,
    match,
  })),
);

describe.each(CASES)("window $window, match at $match", ({ window, match }) => {
  async function world() {
    const app = await createApp({ settings: { window } });
    const { phone } = await enrolled(app, "ada", SEVEN);
    elapse(phone.period * 3);
    const code = match === null ? wrongCodeOf(phone) : codeOf(phone, match);
    return { app, code };
  }

  it("computes and compares every step of the window, to verify", async () => {
    const { app, code } = await world();
    computed = 0;
    compared = 0;
    expect(await isAccepted(await app.verify("ada", code))).toBe(match !== null);
    expect([computed, compared]).toEqual([2 * window + 1, 2 * window + 1]);
  });

  it("computes and compares every step of the window, to answer a challenge", async () => {
    const { app, code } = await world();
    const { token } = await challengeFor(app, "ada");
    computed = 0;
    compared = 0;
    expect(await isAccepted(await answer(token, code))).toBe(match !== null);
    expect([computed, compared]).toEqual([2 * window + 1, 2 * window + 1]);
  });
});

describe("with several authenticators", () => {
  it.each([0, 1, 2])("all are computed, although number %i matches", async (matching) => {
    const app = await createApp();
    const users = [];
    for (const name of ["phone", "tablet", "watch"]) {
      users.push(await enrolled(app, "ada", { ...SEVEN, name }));
    }
    const phone = users[matching]?.phone ?? users[0]?.phone;
    if (!phone) throw new Error("no phone");
    elapse(phone.period * 3);
    computed = 0;
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(true);
    expect(computed).toBe(9);
  });

  it("nothing is computed for who is refused unevaluated", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    for (let at = 0; at < 5; at++) await app.verify("ada", wrongCodeOf(phone));
    computed = 0;
    await app.verify("ada", codeOf(phone));
    expect(computed).toBe(0);
    expect(await attempts("success")).toBe(0);
  });
});
