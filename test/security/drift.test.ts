import { describe, expect, it } from "vitest";
import { codeOf, elapse, wrongCodeOf, type EnrolledUser } from "../service";
import { computedBy, device, PERIOD, stored } from "./drift-support";
import { answer, attempts, challengeFor, isAccepted, storedUser } from "./support";

describe("a token whose clock drifts", () => {
  it.each([1, -1])(
    "is followed as long as it is used, by %i step at a time and ten in all",
    async (direction) => {
      const { app, user, verify: give } = await device(1);
      for (let drift = 1; drift <= 10; drift++) {
        elapse(PERIOD * 4);
        expect([drift, await give(direction * drift)]).toEqual([drift, true]);
        expect(await stored()).toMatchObject({ drift: direction * drift });
      }
      elapse(PERIOD * 4);
      expect(await give(direction * 11)).toBe(true);
      expect(await stored()).toMatchObject({ drift: direction * 10 });
      elapse(PERIOD * 4);
      expect(await give(direction * 12)).toBe(false);
      elapse(PERIOD * 12);
      expect(await isAccepted(await app.verify("ada", codeOf(user.phone)))).toBe(true);
      expect(await stored()).toMatchObject({ drift: 0 });
    },
  );

  it("is followed by answers to challenges too, and from a snapshot", async () => {
    const { app, user } = await device(1);
    for (const drift of [1, 2, 3]) {
      elapse(PERIOD * 4);
      const { token } = await challengeFor(app, "ada");
      expect((await answer(token, codeOf(user.phone, drift))).status).toBe(200);
    }
    expect(await stored()).toMatchObject({ drift: 3 });
  });

  it("gets no code accepted twice by a challenge that knows an older drift", async () => {
    const { app, user, verify: give } = await device(1);
    expect(await give(1)).toBe(true);
    elapse(PERIOD * 3);
    const { token } = await challengeFor(app, "ada");
    const code = codeOf(user.phone, 2);
    expect(await isAccepted(await app.verify("ada", code))).toBe(true);
    elapse(PERIOD * 3);
    expect(await give(0)).toBe(true);
    elapse(-PERIOD * 3);
    expect((await answer(token, code)).status).toBe(422);
    expect(await attempts("failure")).toBe(0);
  });

  it("with a window of 0 has two codes: that of now, and that of its drift", async () => {
    const { verify: give, resync } = await device(0);
    elapse(PERIOD * 20);
    expect((await resync(-6)).status).toBe(200);
    elapse(PERIOD * 2);
    for (const wrong of [-7, -6, -4, -1, 1])
      expect([wrong, await give(wrong)]).toEqual([wrong, false]);
    expect(await give(-5)).toBe(true);
    expect(await give(0)).toBe(true);
  });

  it("makes a wrong code weigh what it is compared with", async () => {
    const { app, user, resync } = await device(1);
    elapse(PERIOD * 20);
    expect((await resync(-6)).status).toBe(200);
    elapse(PERIOD);
    const wrong = wrongCodeOf(user.phone);
    const [, computed] = await computedBy(() => app.verify("ada", wrong));
    expect(computed).toBe(6);
    expect((await storedUser("ada")).strikes).toBeCloseTo(2, 2);
  });
});

describe("two codes in a row", () => {
  it("find a token again that is too far off, and spend both", async () => {
    const { app, user, verify: give, resync } = await device(1);
    elapse(PERIOD * 30);
    expect(await give(-9)).toBe(false);
    const before = await storedUser("ada");
    expect(before.failures).toBe(1);
    const pair = [codeOf(user.phone, -9), codeOf(user.phone, -8)];
    const found = await resync(-9);
    expect([found.status, await found.json()]).toEqual([
      200,
      { authenticatorId: user.authenticatorId },
    ]);
    expect(await stored()).toMatchObject({ drift: -8 });
    expect(await storedUser("ada")).toMatchObject({ failures: 0 });
    for (const code of pair) expect(await isAccepted(await app.verify("ada", code))).toBe(false);
    expect(await storedUser("ada")).toMatchObject({ failures: 0 });
    elapse(PERIOD);
    expect(await give(-8)).toBe(true);
  });

  /** By the offset of the first, in steps. */
  const REFUSED: [string, (phone: EnrolledUser["phone"]) => string[]][] = [
    ["that are more than ten steps off", (phone) => [codeOf(phone, 10), codeOf(phone, 11)]],
    ["that are more than ten steps behind", (phone) => [codeOf(phone, -12), codeOf(phone, -11)]],
    ["that are not in a row", (phone) => [codeOf(phone, -5), codeOf(phone, -3)]],
    ["in the wrong order", (phone) => [codeOf(phone, -4), codeOf(phone, -5)]],
    ["of which the second is wrong", (phone) => [codeOf(phone, -5), wrongCodeOf(phone)]],
    ["of which the first is wrong", (phone) => [wrongCodeOf(phone), codeOf(phone, -5)]],
  ];

  it.each(REFUSED)("%s are wrong, and charged as one code is", async (_name, pairOf) => {
    const { app, user } = await device(1);
    elapse(PERIOD * 30);
    const ledger = await stored();
    const body = { codes: pairOf(user.phone) };
    expect((await app.v1("POST", "/users/ada/resync", { body })).status).toBe(422);
    expect(await stored()).toEqual(ledger);
    expect(await storedUser("ada")).toMatchObject({ failures: 1, strikes: 1 });
  });

  it("of which the first alone is spent are wrong and charged: else the second could be guessed", async () => {
    const { verify: give, resync } = await device(1);
    elapse(PERIOD * 5);
    expect(await give(0)).toBe(true);
    elapse(PERIOD);
    expect((await resync(-1)).status).toBe(422);
    expect(await storedUser("ada")).toMatchObject({ failures: 1 });
    expect(await give(0)).toBe(true);
  });

  it("sent again are refused and not charged, and ten at once are right once", async () => {
    const { app, user, resync } = await device(1);
    elapse(PERIOD * 30);
    const all = await Promise.all(Array.from({ length: 10 }, () => resync(-7)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(all.filter(({ status }) => status === 422)).toHaveLength(9);
    expect((await resync(-7)).status).toBe(422);
    expect(await storedUser("ada")).toMatchObject({ failures: 0, strikes: 0 });
    expect(await isAccepted(await app.verify("ada", codeOf(user.phone)))).toBe(true);
  });

  it("lock as all codes do, and say until when", async () => {
    const { app, user } = await device(1);
    const body = { codes: [wrongCodeOf(user.phone), codeOf(user.phone)] };
    for (let at = 0; at < 9; at++) await app.v1("POST", "/users/ada/resync", { body });
    const last = await app.v1("POST", "/users/ada/resync", { body });
    expect([last.status, last.headers.get("retry-after")]).toEqual([422, "30"]);
    const lockedUntil = new Date(Date.now() + 30_000).toISOString();
    expect(await last.json()).toMatchObject({ code: "invalid_code", lockedUntil });
    expect((await app.v1("POST", "/users/ada/resync", { body })).status).toBe(429);
  });
});
