import { describe, expect, it } from "vitest";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrol,
  enrolled,
  phoneWith,
  problemCode,
  wrongCodeOf,
  type EnrolledUser,
  type TestApp,
} from "../service";
import {
  answer,
  attempts,
  challengeFor,
  firstCode,
  isAccepted,
  storedUser,
  together,
} from "./support";

const DAY = 24 * 60 * 60;
/** Room for ten failures without a lock, and a cap within reach. */
const LOW_CAP = { strikeCap: 10, failuresBeforeLock: 10 };

async function fail(app: TestApp, { userId, phone }: EnrolledUser, times = 1): Promise<void> {
  for (let at = 0; at < times; at++) await app.verify(userId, wrongCodeOf(phone));
}

/** A right code of a step that is not spent. */
async function succeed(app: TestApp, { userId, phone }: EnrolledUser): Promise<void> {
  elapse(phone.period);
  expect(await isAccepted(await app.verify(userId, codeOf(phone)))).toBe(true);
}

async function cappedUser() {
  const app = await createApp({ settings: LOW_CAP });
  const user = await enrolled(app, "ada");
  const { token } = await challengeFor(app, "ada");
  const pending = await enrol(app, "ada", { name: "tablet" });
  await fail(app, user, 10);
  // The tenth failure locked too; a cap outlasts every lock.
  elapse(3601);
  const { id } = await storedUser("ada");
  return { app, user, token, pending, id };
}

describe("the cap", () => {
  it("comes at 100 failures, although every fourth is followed by a success", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    while ((await storedUser("ada")).capped_at === null) {
      await fail(app, user, 4);
      if ((await storedUser("ada")).capped_at === null) await succeed(app, user);
      expect(await attempts("failure")).toBeLessThanOrEqual(104);
    }
    // What is forgiven in these minutes may allow one more.
    expect(await attempts("failure")).toBeGreaterThanOrEqual(100);
    expect(await attempts("failure")).toBeLessThanOrEqual(101);
    elapse(365 * DAY);
    expect(await problemCode(await app.verify("ada", codeOf(user.phone)))).toBe("locked");
  });

  it("holds against a parallel flood that reaches it", async () => {
    const app = await createApp({ settings: LOW_CAP });
    const user = await enrolled(app, "ada");
    await fail(app, user, 6);
    await succeed(app, user);
    await together(100, () => app.verify("ada", wrongCodeOf(user.phone)));
    expect(await attempts("failure")).toBe(11);
    expect((await storedUser("ada")).capped_at).not.toBeNull();
  });

  it("refuses every way in, for ever, and says of no end", async () => {
    const { app, user, token, pending } = await cappedUser();
    elapse(-3600);
    const authenticators = "/users/ada/authenticators";
    const refused = [
      await app.verify("ada", codeOf(user.phone)),
      await app.verify("ada", firstCode(user)),
      await app.v1("POST", "/challenges", { body: { userId: "ada" } }),
      await answer(token, codeOf(user.phone)),
      await app.v1("POST", authenticators, { body: {} }),
      await app.v1("POST", `${authenticators}/${pending.id}/confirm`, {
        body: { code: codeOf(phoneWith(pending.secret)) },
      }),
    ].map(async (response) => {
      expect(response.headers.get("retry-after")).toBeNull();
      return problemCode(response);
    });
    expect(await Promise.all(refused)).toEqual(Array(6).fill("locked"));
  });

  it("never turns the second factor off: the status says so, and nothing can be removed", async () => {
    const { app, user } = await cappedUser();
    const status = async () => (await app.v1("GET", "/users/ada")).json();
    expect(await status()).toMatchObject({ twoFactor: true, capped: true });
    const removal = app.v1("DELETE", `/users/ada/authenticators/${user.authenticatorId}`);
    expect(await problemCode(await removal)).toBe("locked");
    const left = [{ id: user.authenticatorId, status: "active" }];
    expect(await status()).toMatchObject({ twoFactor: true, capped: true, authenticators: left });
    expect(await problemCode(await app.verify("ada", codeOf(user.phone)))).toBe("locked");
  });

  it("is not ended by unlocking, neither with a key nor by the operator", async () => {
    const { app, user, id } = await cappedUser();
    const unlocking = [
      await app.v1("POST", "/users/ada/unlock"),
      await admin("POST", `/users/${id}/unlock`, { body: { reason: "asked to" } }),
    ];
    for (const response of unlocking) expect(await problemCode(response)).toBe("locked");
    await admin("PATCH", `/users/${id}`, { body: { disabled: true } });
    await admin("PATCH", `/users/${id}`, { body: { disabled: false } });
    await admin("PATCH", `/apps/${app.id}`, { body: { settings: { strikeCap: 100 } } });
    await app.v1("POST", "/users/ada/backup-codes");
    expect(await problemCode(await app.verify("ada", codeOf(user.phone)))).toBe("locked");
  });
});

describe("strikes", () => {
  it("are forgiven one a day", async () => {
    const app = await createApp({ settings: LOW_CAP });
    const user = await enrolled(app, "ada");
    await fail(app, user, 9);
    elapse(1.5 * DAY);
    await succeed(app, user);
    await fail(app, user, 2);
    expect((await storedUser("ada")).capped_at).toBeNull();
    await fail(app, user, 1);
    expect((await storedUser("ada")).capped_at).not.toBeNull();
  });

  it("are never forgiven below none", async () => {
    const app = await createApp({ settings: LOW_CAP });
    const user = await enrolled(app, "ada");
    await fail(app, user);
    elapse(300 * DAY);
    await succeed(app, user);
    await fail(app, user, 9);
    expect((await storedUser("ada")).capped_at).toBeNull();
    await fail(app, user);
    expect((await storedUser("ada")).capped_at).not.toBeNull();
  });

  it("weigh the codes that were compared: two authenticators, two strikes", async () => {
    const app = await createApp({ settings: LOW_CAP });
    const user = await enrolled(app, "ada");
    await enrolled(app, "ada", { name: "tablet" });
    await fail(app, user, 4);
    expect((await storedUser("ada")).strikes).toBeCloseTo(8, 2);
    await fail(app, user);
    expect((await storedUser("ada")).capped_at).not.toBeNull();
  });

  it("of a wider window weigh more", async () => {
    const app = await createApp({ settings: { window: 2 } });
    const user = await enrolled(app, "ada");
    await fail(app, user, 3);
    expect((await storedUser("ada")).strikes).toBeCloseTo(5, 2);
  });

  it("are taken back by a success for the failures of its own challenge, and for no others", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    await fail(app, user, 2);
    const [mine, other] = [await challengeFor(app, "ada"), await challengeFor(app, "ada")];
    await answer(mine.token, wrongCodeOf(user.phone));
    await answer(other.token, wrongCodeOf(user.phone));
    expect((await storedUser("ada")).strikes).toBeCloseTo(4, 2);
    expect((await answer(mine.token, codeOf(user.phone))).status).toBe(200);
    expect(await storedUser("ada")).toMatchObject({ failures: 0 });
    expect((await storedUser("ada")).strikes).toBeCloseTo(3, 2);
    await succeed(app, user);
    expect((await storedUser("ada")).strikes).toBeCloseTo(3, 2);
  });
});

async function reset(id: string): Promise<string> {
  const response = await admin("POST", `/users/${id}/reset`, {
    body: { reason: "Met in person" },
  });
  return (await response.json<{ rebindToken: string }>()).rebindToken;
}

describe("an operator's reset", () => {
  it("opens the cap for whoever has its token, once, and for nobody else", async () => {
    const { app, user, id } = await cappedUser();
    const rebindToken = await reset(id);
    const enrolment = (body: object) => app.v1("POST", "/users/ada/authenticators", { body });
    expect(await problemCode(await enrolment({}))).toBe("rebinding_required");
    expect(await problemCode(await enrolment({ rebindToken: "A".repeat(32) }))).toBe(
      "rebinding_required",
    );
    expect(await problemCode(await app.verify("ada", codeOf(user.phone)))).toBe(
      "rebinding_required",
    );
    expect(await problemCode(await app.verify("ada", firstCode(user)))).toBe("rebinding_required");
    const status = await app.v1("GET", "/users/ada");
    expect(await status.json()).toMatchObject({ twoFactor: true, rebindingRequired: true });

    const bound = await enrolment({ rebindToken });
    expect(bound.status).toBe(201);
    expect(await problemCode(await enrolment({ rebindToken }))).toBe("rebinding_required");
    const { id: authenticatorId, secret } = await bound.json<{ id: string; secret: string }>();
    const phone = phoneWith(secret);
    const path = `/users/ada/authenticators/${authenticatorId}/confirm`;
    expect((await app.v1("POST", path, { body: { code: codeOf(phone) } })).status).toBe(200);
    expect(await isAccepted(await app.verify("ada", codeOf(phone, 1)))).toBe(true);
    expect(await isAccepted(await app.verify("ada", firstCode(user)))).toBe(false);
  });

  it("gives a token that 20 parallel enrolments can use once", async () => {
    const { app, id } = await cappedUser();
    const rebindToken = await reset(id);
    const responses = await together(20, () =>
      app.v1("POST", "/users/ada/authenticators", { body: { rebindToken } }),
    );
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it("gives a token that ends: with its time, with the next reset, and with its user", async () => {
    const { app, id } = await cappedUser();
    const bob = await enrolled(app, "bob");
    const enrolment = (userId: string, rebindToken: string) =>
      app.v1("POST", `/users/${userId}/authenticators`, { body: { rebindToken } });
    const first = await reset(id);
    const second = await reset(id);
    expect(await problemCode(await enrolment("ada", first))).toBe("rebinding_required");
    await reset((await storedUser("bob")).id);
    expect(await problemCode(await enrolment(bob.userId, second))).toBe("rebinding_required");
    elapse(10 * 60);
    expect(await problemCode(await enrolment("ada", second))).toBe("rebinding_required");
  });

  it("is a reset of an enrolment that was under way, too", async () => {
    const { app, pending, id } = await cappedUser();
    elapse(-3601);
    await reset(id);
    const code = codeOf(phoneWith(pending.secret));
    const confirm = app.v1("POST", `/users/ada/authenticators/${pending.id}/confirm`, {
      body: { code },
    });
    expect(await problemCode(await confirm)).toBe("not_found");
  });
});
