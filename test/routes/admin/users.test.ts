import { beforeEach, describe, expect, it } from "vitest";
import { everywhere } from "../../databases";
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
  type TestApp,
} from "../../service";
import { idOf } from "./find-user";
import { visitor } from "../../visitor";

let app: TestApp;
beforeEach(async () => {
  app = await createApp();
});

const reason = "Identity checked by video call";

describe("resetting a user", () => {
  it("takes the old factors and lets only the bearer of the token enrol, once", async () => {
    const { phone, backupCodes } = await enrolled(app, "ada");
    const reset = await admin("POST", `/users/${await idOf("ada")}/reset`, { body: { reason } });
    expect(reset.status).toBe(200);
    const { rebindToken } = await reset.json<{ rebindToken: string }>();

    for (const code of [codeOf(phone), backupCodes[0]]) {
      expect(await problemCode(await app.verify("ada", code))).toBe("rebinding_required");
    }
    expect(await (await app.v1("GET", "/users/ada")).json()).toMatchObject({
      twoFactor: true,
      rebindingRequired: true,
      authenticators: [],
    });
    for (const body of [{}, { rebindToken: "guess" }]) {
      const refused = await app.v1("POST", "/users/ada/authenticators", { body });
      expect([refused.status, await problemCode(refused)]).toEqual([403, "rebinding_required"]);
    }

    const { phone: renewed } = await enrolled(app, "ada", { rebindToken });
    expect(await (await app.verify("ada", codeOf(renewed))).json()).toMatchObject({ valid: true });
    expect(await (await app.v1("GET", "/users/ada")).json()).toMatchObject({
      rebindingRequired: false,
    });
  });

  it.each([
    ["as it is told to", { accountName: "ada@example.com" }, "ada@example.com"],
    ["else by the app's own id for them", {}, "customer-7"],
  ])("answers a page whose QR code names the user %s", async (_, named, shown) => {
    await enrolled(app, "customer:7");
    const path = `/users/${await idOf("customer:7")}/reset`;
    const reset = await admin("POST", path, { body: { reason, ...named } });
    const { rebindUrl } = await reset.json<{ rebindUrl: string }>();
    const user = visitor();
    await user.get(new URL(rebindUrl).pathname);
    expect((await user.submit({})).html).toContain(`<dd>${shown}</dd>`);
  });

  it("answers a token that is used up by the enrolment it starts", async () => {
    await enrolled(app, "ada");
    const reset = await admin("POST", `/users/${await idOf("ada")}/reset`, { body: { reason } });
    const { rebindToken } = await reset.json<{ rebindToken: string }>();
    const { id, secret } = await enrol(app, "ada", { rebindToken });
    const second = await app.v1("POST", "/users/ada/authenticators", { body: { rebindToken } });
    expect(await problemCode(second)).toBe("rebinding_required");
    expect(await problemCode(await app.verify("ada", codeOf(phoneWith(secret))))).toBe(
      "rebinding_required",
    );
    const path = `/users/ada/authenticators/${id}/confirm`;
    expect((await app.v1("POST", path, { body: { code: codeOf(phoneWith(secret)) } })).status).toBe(
      200,
    );
  });

  it("answers a token that is good for ten minutes and until the next reset", async () => {
    await enrolled(app, "ada");
    const reset = async () => {
      const response = await admin("POST", `/users/${await idOf("ada")}/reset`, {
        body: { reason },
      });
      return (await response.json<{ rebindToken: string }>()).rebindToken;
    };
    const tryIt = async (rebindToken: string) =>
      (await app.v1("POST", "/users/ada/authenticators", { body: { rebindToken } })).status;
    const first = await reset();
    const second = await reset();
    expect(await tryIt(first)).toBe(403);
    elapse(10 * 60);
    expect(await tryIt(second)).toBe(403);
    expect(await tryIt(await reset())).toBe(201);
  });
});

it.each([
  ["disabled", "user_disabled"],
  ["reset", "rebinding_required"],
  ["capped", "locked"],
])("a %s user is not set free by a key that deletes them", async (state, code) => {
  const { authenticatorId } = await enrolled(app, "ada");
  const id = await idOf("ada");
  const make: Record<string, () => Promise<unknown>> = {
    disabled: () => admin("PATCH", `/users/${id}`, { body: { disabled: true } }),
    reset: () => admin("POST", `/users/${id}/reset`, { body: { reason } }),
    capped: () => everywhere.prepare("UPDATE users SET capped_at = ?").bind(Date.now()).run(),
  };
  await make[state]?.();
  expect(await problemCode(await app.v1("DELETE", "/users/ada"))).toBe(code);
  const path = `/users/ada/authenticators/${authenticatorId}`;
  expect(await problemCode(await app.v1("DELETE", path))).toBe(
    state === "reset" ? "not_found" : code,
  );
  expect((await admin("DELETE", `/users/${id}`)).status).toBe(204);
});

describe("disabling a user", () => {
  it("refuses their codes unevaluated until they are enabled", async () => {
    const { phone } = await enrolled(app, "ada");
    const id = await idOf("ada");
    await admin("PATCH", `/users/${id}`, { body: { disabled: true, reason } });
    const code = codeOf(phone);
    expect(await problemCode(await app.verify("ada", code))).toBe("user_disabled");
    const challenge = await app.v1("POST", "/challenges", { body: { userId: "ada" } });
    expect(await problemCode(challenge)).toBe("user_disabled");
    await admin("PATCH", `/users/${id}`, { body: { disabled: false } });
    expect(await (await app.verify("ada", code)).json()).toMatchObject({ valid: true });
  });
});

it("unlocks a user, with a reason", async () => {
  const { phone } = await enrolled(app, "ada");
  for (let failures = 0; failures < 5; failures++) await app.verify("ada", wrongCodeOf(phone));
  const id = await idOf("ada");
  expect((await admin("POST", `/users/${id}/unlock`, { body: {} })).status).toBe(422);
  expect((await admin("POST", `/users/${id}/unlock`, { body: { reason } })).status).toBe(204);
  expect(await (await app.verify("ada", codeOf(phone))).json()).toMatchObject({ valid: true });
});

it("deletes a user", async () => {
  await enrolled(app, "ada");
  const id = await idOf("ada");
  expect((await admin("DELETE", `/users/${id}`)).status).toBe(204);
  expect((await admin("GET", `/users/${id}`)).status).toBe(404);
  expect(await (await app.v1("GET", "/users/ada")).json()).toMatchObject({ known: false });
});
