import { describe, expect, it } from "vitest";
import { codeOf, createApp, elapse, enrol, enrolled, phoneWith, type TestApp } from "../service";
import { answer, challengeFor, isAccepted } from "./support";

/** Eight digits, so that codes of two steps are not equal by chance. */
const EIGHT = { digits: 8 };

/** Every step accepted first, and every step tried after it. */
const ORDERS = [0, 1, 2].flatMap((window) =>
  offsets(window).map((first) => ({ window, first, rest: offsets(window) })),
);

function offsets(window: number): number[] {
  return Array.from({ length: 2 * window + 1 }, (_, at) => at - window);
}

/** A user none of whose steps in the window is spent. */
async function fresh(app: TestApp, userId: string) {
  const user = await enrolled(app, userId, EIGHT);
  elapse(user.phone.period * 3);
  return user;
}

describe("after a step is accepted, no earlier one is", () => {
  it.each(ORDERS)("window $window, first step $first", async ({ window, first, rest }) => {
    const app = await createApp({ settings: { window } });
    for (const then of rest) {
      const userId = `ada${then}`;
      const { phone } = await fresh(app, userId);
      expect(await isAccepted(await app.verify(userId, codeOf(phone, first)))).toBe(true);
      const code = codeOf(phone, then);
      expect(await isAccepted(await app.verify(userId, code)), `then ${then}`).toBe(then > first);
      expect(await isAccepted(await app.verify(userId, code)), `again ${then}`).toBe(false);
    }
  });

  it.each([0, 1, 2])("and none outside a window of %i ever", async (window) => {
    const app = await createApp({ settings: { window } });
    const { phone } = await fresh(app, "ada");
    for (const outside of [window + 1, -window - 1]) {
      expect(await isAccepted(await app.verify("ada", codeOf(phone, outside)))).toBe(false);
    }
    expect(await isAccepted(await app.verify("ada", codeOf(phone, window)))).toBe(true);
  });

  it("in parallel too: of two neighbouring steps the later is accepted, and never twice", async () => {
    const app = await createApp();
    const { phone } = await fresh(app, "ada");
    const [now, next] = [codeOf(phone), codeOf(phone, 1)];
    await Promise.all([app.verify("ada", now), app.verify("ada", next)]);
    expect(await isAccepted(await app.verify("ada", now))).toBe(false);
    expect(await isAccepted(await app.verify("ada", next))).toBe(false);
  });
});

async function confirmed() {
  const app = await createApp();
  const pending = await enrol(app, "ada", EIGHT);
  const phone = phoneWith(pending.secret, EIGHT);
  const code = codeOf(phone);
  const path = `/users/ada/authenticators/${pending.id}/confirm`;
  expect((await app.v1("POST", path, { body: { code } })).status).toBe(200);
  return { app, phone, code };
}

describe("the code that confirmed an enrolment", () => {
  it("verifies nothing", async () => {
    const { app, code } = await confirmed();
    expect(await isAccepted(await app.verify("ada", code))).toBe(false);
  });

  it("answers no challenge", async () => {
    const { app, code } = await confirmed();
    const { token } = await challengeFor(app, "ada");
    expect((await answer(token, code)).status).toBe(422);
  });

  it("takes the earlier step of the window with it", async () => {
    const { app, phone } = await confirmed();
    expect(await isAccepted(await app.verify("ada", codeOf(phone, -1)))).toBe(false);
    expect(await isAccepted(await app.verify("ada", codeOf(phone, 1)))).toBe(true);
  });

  it("of an imported secret may be the present one, which then logs nobody in", async () => {
    const app = await createApp();
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const phone = phoneWith(secret, EIGHT);
    const { id } = await enrol(app, "ada", { secret, ...EIGHT });
    const body = { code: codeOf(phone) };
    const path = `/users/ada/authenticators/${id}/confirm`;
    expect((await app.v1("POST", path, { body })).status).toBe(200);
    for (const steps of [0, -1]) {
      const verified = await app.verify("ada", codeOf(phone, steps));
      expect(await verified.json()).toMatchObject({ valid: false });
    }
    const later = await app.verify("ada", codeOf(phone, 1));
    expect(await later.json()).toMatchObject({ valid: true });
  });
});
