import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sealToken, openToken, type ChallengeClaims } from "../../src/core/challenge/token";
import { parseKeyring } from "../../src/crypto/keyring";
import {
  admin,
  codeOf,
  createApp,
  createKey,
  elapse,
  enrol,
  enrolled,
  phoneWith,
  problemCode,
  useKey,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { TEST_SECRETS } from "../secrets";
import { revoke } from "../world";
import { answer, attempts, challengeFor, firstCode, isAccepted, storedUser } from "./support";

interface Context {
  app: TestApp;
  user: EnrolledUser;
  id: string;
}

const operate = (path: string, body: object) => (context: Context) =>
  admin("POST", `/users/${context.id}/${path}`, { body });
const setDisabled = ({ id }: Context, disabled: boolean) =>
  admin("PATCH", `/users/${id}`, { body: { disabled } });

/** What must end the challenges that were minted before it. */
const EVENTS: [string, (context: Context) => Promise<unknown>][] = [
  [
    "another authenticator was confirmed",
    async ({ app }) => {
      const { id, secret } = await enrol(app, "ada", { name: "tablet" });
      const code = codeOf(phoneWith(secret));
      return app.v1("POST", `/users/ada/authenticators/${id}/confirm`, { body: { code } });
    },
  ],
  [
    "an authenticator was removed",
    ({ app, user }) => app.v1("DELETE", `/users/ada/authenticators/${user.authenticatorId}`),
  ],
  ["new backup codes were made", ({ app }) => app.v1("POST", "/users/ada/backup-codes")],
  [
    "the app's settings changed",
    ({ app }) => admin("PATCH", `/apps/${app.id}`, { body: { settings: { window: 2 } } }),
  ],
  ["the app was deleted", ({ app }) => admin("DELETE", `/apps/${app.id}`)],
  ["the user was reset", operate("reset", { reason: "Lost phone" })],
  ["the user was disabled", (context) => setDisabled(context, true)],
  [
    "the user was disabled and enabled again",
    async (context) => {
      await setDisabled(context, true);
      await setDisabled(context, false);
    },
  ],
  ["the user was deleted", ({ app }) => app.v1("DELETE", "/users/ada")],
  [
    "the user was deleted and enrolled again",
    async ({ app }) => {
      await app.v1("DELETE", "/users/ada");
      await enrolled(app, "ada");
    },
  ],
];

/** KV may still hold the snapshot, or not. */
const CACHES: [string, () => Promise<unknown>][] = [
  ["KV still holding its snapshot", async () => {}],
  [
    "KV empty",
    async () => {
      const { keys } = await env.KV.list();
      return Promise.all(keys.map(({ name }) => env.KV.delete(name)));
    },
  ],
];

describe.each(CACHES)("a challenge is dead, %s, after", (_cache, prepare) => {
  it.each(EVENTS)("%s: right codes are refused, and nothing is charged", async (_name, happen) => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const { id } = await storedUser("ada");
    const { token } = await challengeFor(app, "ada");
    await happen({ app, user, id });
    await prepare();
    const before = await attempts("failure");
    for (const code of [codeOf(user.phone, 1), firstCode(user)]) {
      expect(await problemCode(await answer(token, code))).toBe("invalid_challenge");
    }
    expect([await attempts("success"), await attempts("failure")]).toEqual([0, before]);
  });
});

describe("a challenge", () => {
  it("is dead a moment after its time, and answered a moment before", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const { token, expiresAt } = await challengeFor(app, "ada", { ttlSeconds: 60 });
    expect(Date.parse(expiresAt) - Date.now()).toBe(60_000);
    elapse(60);
    expect(await problemCode(await answer(token, firstCode(user)))).toBe("invalid_challenge");
    elapse(-0.001);
    expect((await answer(token, firstCode(user))).status).toBe(200);
  });

  it("dies with the key that made it, and not with another", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const doomed = useKey(app.id, await createKey(app.id, {}));
    const [dead, alive] = [await challengeFor(doomed, "ada"), await challengeFor(app, "ada")];
    await revoke(app.id, doomed.key);
    expect((await answer(dead.token, codeOf(user.phone))).status).toBe(401);
    expect((await answer(alive.token, codeOf(user.phone))).status).toBe(200);
  });

  it("does not die of a wrong code, a locked user or a pending enrolment", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    await enrol(app, "ada", { name: "tablet" });
    for (let at = 0; at < 5; at++) await app.verify("ada", "A".repeat(24));
    elapse(31);
    expect((await answer(token, codeOf(user.phone))).status).toBe(200);
  });
});

describe("a token of another kind or make", () => {
  async function claimsOf(token: string): Promise<ChallengeClaims> {
    const claims = await openToken(await parseKeyring(TEST_SECRETS.KEYRING), token);
    if (!claims) throw new Error("not a token");
    return claims;
  }

  it.each(["login", "link"] as const)("%s answers no server challenge", async (kind) => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    const keyring = await parseKeyring(TEST_SECRETS.KEYRING);
    const other = await sealToken(keyring, { ...(await claimsOf(token)), kind });
    expect(await problemCode(await answer(other, codeOf(user.phone)))).toBe("invalid_challenge");
    expect((await answer(token, codeOf(user.phone))).status).toBe(200);
  });

  it("is refused when a single character of it was changed, anywhere", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    for (let at = 0; at < token.length - 1; at += 7) {
      const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
      expect(await problemCode(await answer(changed, codeOf(user.phone)))).toBe(
        "invalid_challenge",
      );
    }
    expect(await storedUser("ada")).toMatchObject({ failures: 0 });
    expect((await answer(token, codeOf(user.phone))).status).toBe(200);
  });

  it("is refused when it was sealed under a key that is not ours", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    const foreign = await parseKeyring(`test:${"B".repeat(42)}A`);
    const forged = await sealToken(foreign, await claimsOf(token));
    expect(await problemCode(await answer(forged, codeOf(user.phone)))).toBe("invalid_challenge");
  });

  it("is no API key: a challenge token opens nothing of the server API", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    const stolen = useKey(app.id, token);
    expect((await stolen.verify("ada", codeOf(user.phone))).status).toBe(401);
    expect(await isAccepted(await app.verify("ada", codeOf(user.phone)))).toBe(true);
  });
});
