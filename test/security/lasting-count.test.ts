import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  bearer,
  codeOf,
  createApp,
  enrolled,
  problemCode,
  wrongCodeOf,
  type TestApp,
} from "../service";
import {
  answer,
  callOn,
  challengeFor,
  countAccepted,
  d1Whose,
  firstCode,
  isAccepted,
  kvThat,
  storedUser,
} from "./support";

afterEach(() => {
  vi.restoreAllMocks();
});

function verifyOn(bindings: Env, app: TestApp, code: string): Promise<Response> {
  return callOn(bindings, "POST", "/v1/users/ada/verify", {
    body: { code },
    headers: bearer(app.key),
  });
}

function answerOn(bindings: Env, token: string, code: string): Promise<Response> {
  return callOn(bindings, "POST", "/v1/challenges/verify", { body: { token, code } });
}

/** The commit takes place, and its answer is lost on the way back. */
const lostAnswers = () =>
  d1Whose(async (commit) => {
    await commit();
    throw new Error("D1_ERROR: Network connection lost.");
  });

describe("the count survives what fails after it", () => {
  it("a lost connection after the commit: five such failures lock", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const bindings = lostAnswers();
    for (let at = 1; at <= 5; at++) {
      expect((await verifyOn(bindings, app, wrongCodeOf(phone))).status).toBe(503);
      expect(await storedUser("ada")).toMatchObject({ failures: at });
    }
    expect(await problemCode(await app.verify("ada", codeOf(phone)))).toBe("locked");
  });

  it("a lost connection after a right code: nothing was accepted, and the code is spent", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    expect(await isAccepted(await verifyOn(lostAnswers(), app, codeOf(phone)))).toBe(false);
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(false);
  });

  it("a KV that takes no writes: the count and the spent code stand", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const bindings = kvThat({ put: () => Promise.reject(new Error("KV PUT failed: 429")) });
    await verifyOn(bindings, app, wrongCodeOf(phone));
    expect(await storedUser("ada")).toMatchObject({ failures: 1 });
    const answers = [
      await verifyOn(bindings, app, codeOf(phone)),
      await verifyOn(bindings, app, codeOf(phone)),
    ];
    expect(await countAccepted(answers)).toBe(1);
  });

  it("an assertion that cannot be signed: the challenge and the code are spent all the same", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    const sign = crypto.subtle.sign.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, "sign").mockImplementation((algorithm, key, data) => {
      if (key.algorithm.name === "ECDSA") return Promise.reject(new Error("no signature"));
      return sign(algorithm, key, data);
    });
    expect((await answer(token, codeOf(user.phone))).status).toBe(500);
    vi.restoreAllMocks();
    expect(await problemCode(await answer(token, firstCode(user)))).toBe("invalid_challenge");
    expect(await isAccepted(await app.verify("ada", codeOf(user.phone)))).toBe(false);
  });

  it("a later request that fails as a whole takes nothing back", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    for (let at = 0; at < 3; at++) await app.verify("ada", wrongCodeOf(phone));
    const before = await storedUser("ada");
    const bindings = d1Whose(() => Promise.reject(new Error("D1_ERROR: database is locked")));
    for (const code of [codeOf(phone), wrongCodeOf(phone)]) {
      expect(await isAccepted(await verifyOn(bindings, app, code))).toBe(false);
    }
    expect(await storedUser("ada")).toEqual(before);
  });
});

async function emptyKv(): Promise<void> {
  const { keys } = await env.KV.list();
  await Promise.all(keys.map(({ name }) => env.KV.delete(name)));
}

describe("the count is in D1 alone", () => {
  it("a new isolate that finds KV empty goes on counting where the last one stopped", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    for (let at = 0; at < 5; at++) {
      await emptyKv();
      // Other bindings make the Worker read its whole configuration anew.
      await verifyOn({ ...env }, app, wrongCodeOf(phone));
      expect(await storedUser("ada")).toMatchObject({ failures: at + 1 });
    }
    await emptyKv();
    expect(await problemCode(await verifyOn({ ...env }, app, codeOf(phone)))).toBe("locked");
  });

  it("and so are the tries of a challenge", async () => {
    const app = await createApp({ settings: { failuresBeforeLock: 10 } });
    const { phone } = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    for (let at = 0; at < 5; at++) {
      await emptyKv();
      expect((await answerOn({ ...env }, token, wrongCodeOf(phone))).status).toBe(422);
    }
    await emptyKv();
    expect(await problemCode(await answerOn({ ...env }, token, codeOf(phone)))).toBe(
      "invalid_challenge",
    );
  });

  it("and what is spent: no code comes back with an empty KV", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    for (const code of [codeOf(user.phone), firstCode(user)]) {
      expect(await isAccepted(await app.verify("ada", code))).toBe(true);
      await emptyKv();
      expect(await isAccepted(await verifyOn({ ...env }, app, code))).toBe(false);
    }
  });
});
