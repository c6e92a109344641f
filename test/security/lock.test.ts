import { describe, expect, it } from "vitest";
import {
  codeOf,
  createApp,
  elapse,
  enrol,
  enrolled,
  problemCode,
  wrongCodeOf,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { answer, attempts, challengeFor, comparable, isAccepted, storedUser } from "./support";

async function fail(app: TestApp, { userId, phone }: EnrolledUser, times = 1): Promise<void> {
  for (let at = 0; at < times; at++) await app.verify(userId, wrongCodeOf(phone));
}

async function lockedUser() {
  const app = await createApp();
  const user = await enrolled(app, "ada");
  const { token } = await challengeFor(app, "ada");
  await fail(app, user, 5);
  return { app, user, token };
}

describe("a right code while locked", () => {
  it("is refused with the seconds to wait, and accepted when they are over", async () => {
    const { app, user } = await lockedUser();
    const code = codeOf(user.phone, 1);
    const refused = await app.verify("ada", code);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("30");
    elapse(29);
    expect((await app.verify("ada", code)).headers.get("retry-after")).toBe("1");
    elapse(1);
    expect(await isAccepted(await app.verify("ada", code))).toBe(true);
    expect(await storedUser("ada")).toMatchObject({ failures: 0, locked_until: null });
  });

  it("answers a challenge when the lock is over, and not before", async () => {
    const { user, token } = await lockedUser();
    const code = codeOf(user.phone, 1);
    const refused = await answer(token, code);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "30"]);
    elapse(30);
    expect((await answer(token, code)).status).toBe(200);
  });

  it("is answered like a wrong and like a spent one, by verify and by a challenge", async () => {
    const { app, user, token } = await lockedUser();
    const right = codeOf(user.phone);
    const asking = [
      async (code: string) => comparable(await app.verify("ada", code)),
      async (code: string) => comparable(await answer(token, code)),
    ];
    for (const ask of asking) {
      for (const other of [wrongCodeOf(user.phone), codeOf(user.phone, -1)]) {
        expect(await ask(other)).toEqual(await ask(right));
      }
    }
  });

  it("neither counts nor makes the lock longer, however often it is tried", async () => {
    const { app, user, token } = await lockedUser();
    const before = await storedUser("ada");
    await fail(app, user, 20);
    for (let at = 0; at < 5; at++) await answer(token, wrongCodeOf(user.phone));
    expect(await storedUser("ada")).toEqual(before);
    expect(await attempts("failure")).toBe(5);
  });

  it("does not enrol or confirm another authenticator either", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const pending = await enrol(app, "ada", { name: "tablet" });
    await fail(app, user, 5);
    const path = "/users/ada/authenticators";
    const attempted = [
      await app.v1("POST", path, { body: {} }),
      await app.v1("POST", `${path}/${pending.id}/confirm`, { body: { code: "000000" } }),
    ];
    for (const response of attempted) expect(await problemCode(response)).toBe("locked");
  });
});

describe("the lock", () => {
  it("doubles with every further failure, up to an hour", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    await fail(app, user, 4);
    for (const seconds of [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]) {
      await fail(app, user);
      const refused = await app.verify("ada", codeOf(user.phone));
      expect(refused.headers.get("retry-after")).toBe(String(seconds));
      elapse(seconds - 1);
      expect(await problemCode(await app.verify("ada", codeOf(user.phone)))).toBe("locked");
      elapse(1);
    }
  });

  it("starts anew after a success, and after an unlocking", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const retryAfter = async () => {
      await fail(app, user, 5);
      return (await app.verify("ada", "000000")).headers.get("retry-after");
    };
    expect(await retryAfter()).toBe("30");
    elapse(30);
    expect(await isAccepted(await app.verify("ada", codeOf(user.phone)))).toBe(true);
    expect(await retryAfter()).toBe("30");
    await app.v1("POST", "/users/ada/unlock");
    expect(await retryAfter()).toBe("30");
  });

  it("is told by the status, and ends there with its time", async () => {
    const { app } = await lockedUser();
    const lockedUntil = async () =>
      (await (await app.v1("GET", "/users/ada")).json<{ lockedUntil: string | null }>())
        .lockedUntil;
    expect(await lockedUntil()).toBe(new Date(Date.now() + 30_000).toISOString());
    elapse(30);
    expect(await lockedUntil()).toBeNull();
  });

  it("belongs to one user: the others of the app go on", async () => {
    const { app } = await lockedUser();
    const bob = await enrolled(app, "bob");
    expect(await isAccepted(await app.verify("bob", codeOf(bob.phone)))).toBe(true);
  });
});
