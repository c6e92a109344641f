import { beforeEach, describe, expect, it } from "vitest";
import { expectJson, logIn, protect, register } from "../account";
import { askForChallengeLink, settings } from "../links";
import {
  admin,
  call,
  codeOf,
  createApp,
  elapse,
  enrolled,
  problemCode,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { challengeFor, contents, rows, storedUser } from "../security/support";
import { allows, denies, hooked, putHook, questionOf, requires, says, URL_OF_HOOK } from "./hooks";
import { verified, type Received, type Receiver } from "./receiver";

const DAY = 24 * 60 * 60;

let app: TestApp;
let user: EnrolledUser;
beforeEach(async () => {
  app = await createApp({ settings });
  user = await enrolled(app, "ada");
});

const hookOf = (method: string, below = "", options: object = {}) =>
  admin(method, `/apps/${app.id}/hook${below}`, options);
const ask = (body: object = {}, headers: Record<string, string> = {}) =>
  app.v1("POST", "/challenges", { body: { userId: "ada", ...body }, headers });

function isGood(secret: string, received: Received): boolean {
  try {
    return verified(secret, received) !== null;
  } catch {
    return false;
  }
}

const events = (type: string) =>
  rows("SELECT outcome, reason, actor, note FROM audit_events WHERE type = ? ORDER BY id", type);

/** Every way to a challenge of somebody whose code could be asked for. */
const WAYS: [
  string,
  () => Promise<{ appId: string; make: () => Promise<Response>; made: number }>,
][] = [
  ["the server API", async () => ({ appId: app.id, make: () => ask(), made: 201 })],
  [
    "a challenge link",
    async () => ({ appId: app.id, make: () => askForChallengeLink(app, "ada"), made: 201 }),
  ],
  [
    "a log-in",
    async () => {
      const person = await protect(await register("grace@example.net"));
      return { appId: "accounts", make: () => logIn(person), made: 200 };
    },
  ],
];

describe("the operator", () => {
  it("is shown the secret when the hook is made, and never again", async () => {
    const { secret, ...made } = await putHook(app.id);
    expect(secret).toMatch(/^whsec_/);
    const shown = { url: URL_OF_HOOK, failureMode: "closed", previousSecretExpiresAt: null };
    expect(made).toEqual(shown);
    expect(await expectJson(hookOf("GET"), 200)).toEqual(shown);
    const body = { url: `${URL_OF_HOOK}/2`, failureMode: "open" };
    const changed = await expectJson(hookOf("PUT", "", { body }), 200);
    expect(changed).toEqual({ ...shown, ...body });
    expect(JSON.stringify(await contents())).not.toContain(secret);
  });

  it("takes it away, and then nobody is asked", async () => {
    const { received } = await hooked(app, denies);
    expect((await hookOf("DELETE")).status).toBe(204);
    expect(await problemCode(await hookOf("GET"))).toBe("not_found");
    expect(await problemCode(await hookOf("DELETE"))).toBe("not_found");
    expect(await problemCode(await hookOf("POST", "/secret"))).toBe("not_found");
    expect((await ask()).status).toBe(201);
    expect(received).toEqual([]);
  });

  it("leaves an event of each change", async () => {
    await putHook(app.id);
    await hookOf("POST", "/secret");
    await hookOf("DELETE");
    expect(await events("app.updated")).toMatchObject([
      { actor: "admin", note: "hook" },
      { actor: "admin", note: "hook secret" },
      { actor: "admin", note: "no hook" },
    ]);
  });

  it.each([
    "http://shop.example.com/hook",
    "https://shop.example.com:8443/hook",
    "https://10.0.0.1/hook",
    "https://localhost/hook",
    "https://ada:secret@shop.example.com/hook",
    "ftp://shop.example.com/hook",
    "hook",
  ])("is refused the URL %s", async (url) => {
    const before = await contents();
    const refused = await hookOf("PUT", "", { body: { url } });
    expect(await problemCode(refused)).toBe("invalid_request");
    expect(await contents()).toEqual(before);
  });

  it("is told of an unknown app", async () => {
    const asked = admin("PUT", "/apps/app_unknown/hook", { body: { url: URL_OF_HOOK } });
    expect(await problemCode(await asked)).toBe("not_found");
  });
});

describe("the question", () => {
  it("says what is asked for, signed by the standard, and no secret", async () => {
    const { secret, received } = await hooked(app, allows);
    const headers = { "stepgate-user-ip": "2001:db8::7", "stepgate-user-agent": "A phone/2.0" };
    const made = await ask({ purpose: "payment:4711", displayText: "Pay" }, headers);
    expect(made.status).toBe(201);
    const [one] = received;
    const question = questionOf(one);
    expect(one && verified(secret, one)).toEqual(question);
    expect(one?.url).toBe(URL_OF_HOOK);
    expect(one?.headers["webhook-id"]).toBe(question.id);
    const { id } = await storedUser("ada");
    expect(question).toEqual({
      id: expect.stringMatching(/^hook_/),
      type: "challenge.creating",
      version: 1,
      timestamp: new Date().toISOString(),
      data: {
        appId: app.id,
        user: { id, externalId: "ada" },
        purpose: "payment:4711",
        methods: ["totp", "backup_code"],
        endUser: { ip: "2001:db8::7", userAgent: "A phone/2.0" },
      },
    });
  });

  it("is signed with both secrets for a day after a rotation, and then with the new one", async () => {
    const { secret, received } = await hooked(app, allows);
    const rotated = await expectJson<{ secret: string }>(hookOf("POST", "/secret"), 200);
    const signers = async () => {
      await ask();
      const one = received.at(-1);
      const isSignedWith = (which: string) => one !== undefined && isGood(which, one);
      return [isSignedWith(secret), isSignedWith(rotated.secret)];
    };
    expect(await signers()).toEqual([true, true]);
    elapse(DAY - 1);
    expect(await signers()).toEqual([true, true]);
    elapse(1);
    expect(await signers()).toEqual([false, true]);
  });

  it.each(WAYS)("is put by %s", async (_, way) => {
    const { appId, make, made } = await way();
    const { received } = await hooked({ id: appId }, allows);
    expect((await make()).status).toBe(made);
    expect(received.map((one) => questionOf(one).data.appId)).toEqual([appId]);
  });

  it("is put by nothing but a challenge", async () => {
    const { received } = await hooked(app, denies);
    expect((await app.verify("ada", codeOf(user.phone))).status).toBe(200);
    expect((await app.v1("GET", "/users/ada")).status).toBe(200);
    await enrolled(app, "bob");
    expect(received).toEqual([]);
  });

  it("is not put when the challenge is answered", async () => {
    const { received } = await hooked(app, allows);
    const { token } = await challengeFor(app, "ada");
    const body = { token, code: codeOf(user.phone) };
    expect((await call("POST", "/v1/challenges/verify", { body })).status).toBe(200);
    expect(received).toHaveLength(1);
  });

  it("is not put for apps without a hook, which are not those with one", async () => {
    const { received } = await hooked(await createApp(), denies);
    expect((await ask()).status).toBe(201);
    expect(received).toEqual([]);
  });
});

describe("a denial", () => {
  it.each(WAYS)(
    "refuses a challenge by %s, and leaves an event with the reason",
    async (_, way) => {
      const { appId, make } = await way();
      await hooked({ id: appId }, denies);
      const refused = await make();
      expect([refused.status, await problemCode(refused)]).toEqual([403, "hook_denied"]);
      expect(await events("challenge.denied")).toMatchObject([
        { outcome: "refused", reason: "on the list" },
      ]);
    },
  );

  it.each([
    ["a\u202Eb\u0000\nc", "abc"],
    ["x".repeat(300), "x".repeat(100)],
    ["🔑".repeat(300), "🔑".repeat(100)],
    ["\u200B", null],
    [7, null],
    [undefined, null],
  ])("keeps 100 printable characters of the reason %j", async (reason, kept) => {
    await hooked(app, says({ decision: "deny", reason }));
    expect(await problemCode(await ask())).toBe("hook_denied");
    expect(await events("challenge.denied")).toMatchObject([{ reason: kept }]);
  });

  it.each([
    ["with another status", says({ decision: "deny" }, 403)],
    ["with more than is documented", says({ decision: "deny", methods: ["totp"] })],
    ["with more than is read", says({ decision: "deny", reason: "x".repeat(5000) })],
  ])("counts in either mode, also %s", async (_, answer) => {
    await hooked(app, answer, { failureMode: "open" });
    expect(await problemCode(await ask())).toBe("hook_denied");
  });

  it("makes an open hook closed, and the audit trail says so", async () => {
    const hook: Receiver = await hooked(app, denies, { failureMode: "open" });
    hook.answer = says({}, 500);
    expect((await ask()).status).toBe(201);
    hook.answer = denies;
    await ask();
    hook.answer = says({}, 500);
    expect(await problemCode(await ask())).toBe("hook_failed");
    expect(await expectJson(hookOf("GET"), 200)).toMatchObject({ failureMode: "closed" });
    expect((await events("app.updated")).at(-1)).toMatchObject({
      actor: "system",
      reason: "hook_denied",
    });
  });

  it("does not change what the operator has changed since the question", async () => {
    const body = { url: `${URL_OF_HOOK}/other`, failureMode: "open" };
    const hook = await hooked(app, allows, { failureMode: "open" });
    hook.answer = async () => {
      await hookOf("PUT", "", { body });
      return denies();
    };
    expect(await problemCode(await ask())).toBe("hook_denied");
    expect(await expectJson(hookOf("GET"), 200)).toMatchObject(body);
  });

  it("leaves an Idempotency-Key unused, so that the call can be repeated", async () => {
    const hook: Receiver = await hooked(app, denies);
    const key = { "idempotency-key": "one" };
    expect(await problemCode(await ask({}, key))).toBe("hook_denied");
    expect(await rows("SELECT * FROM idempotency_keys WHERE key = 'one'")).toEqual([]);
    hook.answer = allows;
    const made = await expectJson<{ id: string }>(ask({}, key), 201);
    expect(await expectJson(ask({}, key), 201)).toMatchObject({ id: made.id });
    expect(hook.received).toHaveLength(3);
  });
});

describe("a requirement", () => {
  it("is what the challenge says that it takes", async () => {
    await hooked(app, requires("totp"));
    expect(await challengeFor(app, "ada")).toMatchObject({ methods: ["totp"] });
  });

  it("of all methods restricts nothing", async () => {
    await hooked(app, requires("backup_code", "totp", "totp"));
    expect(await challengeFor(app, "ada")).toMatchObject({ methods: ["totp", "backup_code"] });
  });
});
