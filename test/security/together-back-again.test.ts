import { beforeEach, describe, expect, it } from "vitest";
import { confirmByLink, enrolByLink } from "../../src/core/enrolment-link/browser";
import { auth, expectJson } from "../account";
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
} from "../service";
import { enrolmentLink, follow, inCore, opened, pathOf, refusal, settings } from "../links";
import { visitor } from "../visitor";
import { setAccounts } from "./account-support";
import { answer, challengeFor, isAccepted, rows, storedUser } from "./support";

const DAY = 86_400;
const reason = "Asked to";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings });
});

async function disableAndEnable(userId: string): Promise<void> {
  const { id } = await storedUser(userId);
  for (const disabled of [true, false]) {
    await expectJson(admin("PATCH", `/users/${id}`, { body: { disabled, reason } }), 200);
  }
}

async function resetOf(userId: string): Promise<{ rebindToken: string; rebindUrl: string }> {
  const { id } = await storedUser(userId);
  return expectJson(admin("POST", `/users/${id}/reset`, { body: { reason } }), 200);
}

const statusOf = async (userId: string) => (await app.v1("GET", `/users/${userId}`)).json();

describe("SECURITY: a user who was disabled and is enabled again", () => {
  it("is not enrolled by a link of before, opened or not", async () => {
    await enrol(app, "ada");
    const [link, other] = [await enrolmentLink(app, "ada"), await enrolmentLink(app, "ada")];
    const browser = await opened(link);
    const { secret } = await inCore((deps) => enrolByLink(deps, browser));
    await disableAndEnable("ada");
    const code = codeOf(phoneWith(secret));
    expect(await refusal((deps) => confirmByLink(deps, browser, code))).toBe("link_ended");
    expect(await refusal((deps) => enrolByLink(deps, browser))).toBe("link_ended");
    expect((await visitor().submit({}, pathOf(other))).status).toBe(410);
    await follow(await enrolmentLink(app, "ada"));
    expect(await statusOf("ada")).toMatchObject({ twoFactor: true });
  });

  it("is not bound again by a reset of before, with its token or its link", async () => {
    await enrolled(app, "ada");
    const { rebindToken, rebindUrl } = await resetOf("ada");
    const browser = await opened({ url: rebindUrl });
    await disableAndEnable("ada");
    const given = app.v1("POST", "/users/ada/authenticators", { body: { rebindToken } });
    expect(await problemCode(await given)).toBe("rebinding_required");
    expect(await refusal((deps) => enrolByLink(deps, browser))).toBe("link_ended");
    await follow({ url: (await resetOf("ada")).rebindUrl });
    expect(await statusOf("ada")).toMatchObject({ rebindingRequired: false, twoFactor: true });
  });

  it("is not bound again by what a reset of before had enrolled", async () => {
    await enrolled(app, "ada");
    const { rebindToken } = await resetOf("ada");
    const { id, secret } = await enrol(app, "ada", { rebindToken });
    await disableAndEnable("ada");
    const body = { code: codeOf(phoneWith(secret)) };
    const confirmed = app.v1("POST", `/users/ada/authenticators/${id}/confirm`, { body });
    expect(await problemCode(await confirmed)).toBe("not_found");
    expect(await statusOf("ada")).toMatchObject({ rebindingRequired: true, authenticators: [] });
  });

  it("is bound again by a reset that was made while they were disabled", async () => {
    await enrolled(app, "ada");
    const { id } = await storedUser("ada");
    await admin("PATCH", `/users/${id}`, { body: { disabled: true } });
    const { rebindUrl } = await resetOf("ada");
    await admin("PATCH", `/users/${id}`, { body: { disabled: false } });
    await follow({ url: rebindUrl });
    expect(await statusOf("ada")).toMatchObject({ rebindingRequired: false, twoFactor: true });
  });
});

describe("SECURITY: a user who was deleted and is there again under the same name", () => {
  it("has nothing of the first one: no code, link, challenge, result or replay", async () => {
    const first = await enrolled(app, "ada");
    const headers = { "idempotency-key": "one" };
    const asked = { body: { name: "tablet" }, headers };
    const make = () => app.v1("POST", "/users/ada/authenticators", asked);
    const { secret } = await expectJson<{ secret: string }>(make(), 201);
    const { token } = await challengeFor(app, "ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    expect((await app.v1("DELETE", "/users/ada")).status).toBe(204);
    const second = await enrolled(app, "ada");
    expect(await problemCode(await make())).toBe("already_created");
    expect(await problemCode(await answer(token, codeOf(second.phone)))).toBe("invalid_challenge");
    expect(await refusal((deps) => enrolByLink(deps, browser))).toBe("link_ended");
    for (const phone of [first.phone, phoneWith(secret)]) {
      expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(false);
    }
    expect(await isAccepted(await app.verify("ada", codeOf(second.phone)))).toBe(true);
    expect(await rows("SELECT id FROM authenticators")).toEqual([{ id: second.authenticatorId }]);
  });
});

describe("SECURITY: a clock that goes back and forward again", () => {
  it("forgives no day twice", async () => {
    const { phone } = await enrolled(app, "ada");
    for (let failures = 0; failures < 4; failures++) await app.verify("ada", wrongCodeOf(phone));
    elapse(DAY);
    await app.verify("ada", codeOf(phone));
    const { strikes } = await storedUser("ada");
    expect(strikes).toBeCloseTo(3, 1);
    for (const seconds of [-DAY, DAY, -DAY, DAY]) {
      elapse(seconds);
      await app.verify("ada", wrongCodeOf(phone));
    }
    expect((await storedUser("ada")).strikes).toBeCloseTo(strikes + 4, 1);
  });
});

describe("SECURITY: a clock that goes back", () => {
  it("lets no origin in for longer that was taken off the list", async () => {
    const headers = { origin: "https://app.example.com" };
    const isLetIn = async () =>
      (await auth("GET", "/me", { headers })).headers.has("access-control-allow-origin");
    elapse(3600);
    await setAccounts({ allowedOrigins: [headers.origin] });
    expect(await isLetIn()).toBe(true);
    await setAccounts({ allowedOrigins: [] });
    elapse(-3600);
    expect(await isLetIn()).toBe(false);
  });
});

describe("SECURITY: a name that a path cannot hold", () => {
  it.each([".", ".."])(
    "such as %j is nobody's, so that no user is missed at its path",
    async (userId) => {
      const body = { userId, accountName: "ada" };
      const asked = app.v1("POST", "/enrolment-links", { body });
      expect(await problemCode(await asked)).toBe("invalid_request");
    },
  );
});
