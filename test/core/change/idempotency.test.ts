import { describe, expect, it } from "vitest";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrol,
  phoneWith,
  problemCode,
  type TestApp,
} from "../../service";

const headers = { "idempotency-key": "one" };

function enrolWithKey(app: TestApp, body: object): Promise<Response> {
  return app.v1("POST", "/users/ada/authenticators", { body, headers });
}

describe("parallel calls with one Idempotency-Key", () => {
  it.each([
    ["a first enrolment", {}],
    ["an import", { secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" }],
  ])("all answer %s alike", async (_, body) => {
    const app = await createApp();
    const answers = await Promise.all(Array.from({ length: 8 }, () => enrolWithKey(app, body)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    const seen = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(seen).size).toBe(1);
  });
});

describe("a replayed enrolment", () => {
  it("shows the same secret while it is pending, and then no more", async () => {
    const app = await createApp();
    const first = await (await enrolWithKey(app, {})).json<{ id: string; secret: string }>();
    expect(await (await enrolWithKey(app, {})).json()).toMatchObject(first);
    const path = `/users/ada/authenticators/${first.id}/confirm`;
    await app.v1("POST", path, { body: { code: codeOf(phoneWith(first.secret)) } });
    expect(await problemCode(await enrolWithKey(app, {}))).toBe("already_created");
  });

  it("is not shown for a user who has been disabled since", async () => {
    const app = await createApp();
    await enrolWithKey(app, {});
    const { items } = await (await admin("GET", "/users")).json<{ items: { id: string }[] }>();
    await admin("PATCH", `/users/${items[0]?.id}`, { body: { disabled: true } });
    expect(await problemCode(await enrolWithKey(app, {}))).toBe("user_disabled");
  });
});

describe("a challenge with an Idempotency-Key", () => {
  const body = { userId: "ada" };

  it("is the same challenge when it is asked for again, until it has expired", async () => {
    const app = await createApp();
    const { id, secret } = await enrol(app, "ada");
    const refused = await app.v1("POST", "/challenges", { body, headers });
    expect(await problemCode(refused)).toBe("not_enrolled");

    // A call that failed has used up nothing.
    const path = `/users/ada/authenticators/${id}/confirm`;
    await app.v1("POST", path, { body: { code: codeOf(phoneWith(secret)) } });
    elapse(600);
    const ask = () => app.v1("POST", "/challenges", { body, headers });
    const first = await (await ask()).json<{ id: string; expiresAt: string }>();
    expect(Date.parse(first.expiresAt)).toBeGreaterThan(Date.now());
    elapse(60);
    expect(await (await ask()).json()).toMatchObject({ id: first.id, expiresAt: first.expiresAt });
    elapse(240);
    expect(await problemCode(await ask())).toBe("already_created");
  });
});

it("is forgotten after a day", async () => {
  const app = await createApp();
  const first = await (await enrolWithKey(app, {})).json<{ id: string }>();
  elapse(24 * 3600);
  const second = await (await enrolWithKey(app, {})).json<{ id: string }>();
  expect(second.id).not.toBe(first.id);
});
