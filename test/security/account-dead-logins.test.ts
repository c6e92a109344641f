import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  answerLogin,
  as,
  challengeOf,
  confirmOwn,
  enrolOwn,
  expectJson,
  logIn,
  logInWithCode,
  PASSWORD,
  protect,
  register,
  type Protected,
} from "../account";
import { admin, codeOf, elapse, problemCode, wrongCodeOf } from "../service";
import { countSessions, resetBy, setAccounts, trust } from "./account-support";
import { firstCode, rows } from "./support";

const NEW_PASSWORD = "another horse battery staple";

const setDisabled = ({ id }: Protected, disabled: boolean) =>
  admin("PATCH", `/users/${id}`, { body: { disabled } });

/** What must end the log-ins that were begun before it. */
const EVENTS: [string, (person: Protected) => Promise<unknown>][] = [
  [
    "a change of password",
    ({ tokens }) => {
      const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
      return as(tokens, "POST", "/password", { body });
    },
  ],
  [
    "securing the account",
    ({ tokens }) => {
      const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
      return as(tokens, "POST", "/secure", { body });
    },
  ],
  [
    "a new password from the operator",
    ({ id }) => admin("PATCH", `/users/${id}`, { body: { password: NEW_PASSWORD } }),
  ],
  [
    "the confirmation of another authenticator",
    async ({ tokens }) => {
      const { id, phone } = await enrolOwn(tokens);
      return confirmOwn(tokens, id, codeOf(phone));
    },
  ],
  [
    "the removal of an authenticator",
    ({ tokens, authenticatorId }) => as(tokens, "DELETE", `/authenticators/${authenticatorId}`),
  ],
  ["new backup codes", ({ tokens }) => as(tokens, "POST", "/backup-codes")],
  ["the end of all other sessions", ({ tokens }) => as(tokens, "DELETE", "/sessions")],
  ["an operator's reset", (person) => resetBy(person)],
  ["being disabled", (person) => setDisabled(person, true)],
  [
    "being disabled and enabled again",
    async (person) => {
      await setDisabled(person, true);
      return setDisabled(person, false);
    },
  ],
  ["a change of the settings of all accounts", () => setAccounts({ window: 2 })],
  ["the end of trusted devices", () => setAccounts({ trustedDevices: false })],
  ["the deletion of the account", ({ tokens }) => as(tokens, "DELETE", "/me")],
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

describe.each(CACHES)("a log-in is dead, %s, after", (_cache, prepare) => {
  it.each(EVENTS)("%s: right codes begin nothing and are charged nothing", async (_name, event) => {
    const person = await protect(await register("ada@example.com"));
    const token = await challengeOf(person);
    await event(person);
    await prepare();
    const sessions = await countSessions(person);
    for (const code of [codeOf(person.phone), firstCode(person), "000000"]) {
      expect(await problemCode(await answerLogin(token, code))).toBe("invalid_challenge");
    }
    expect(await countSessions(person)).toBe(sessions);
    expect(await rows("SELECT id FROM users WHERE failures > 0 OR strikes > 0")).toEqual([]);
  });
});

describe("a log-in", () => {
  it("is dead after five minutes, and answered a moment before", async () => {
    const person = await protect(await register("ada@example.com"));
    const token = await challengeOf(person);
    elapse(300);
    expect(await problemCode(await answerLogin(token, firstCode(person)))).toBe(
      "invalid_challenge",
    );
    elapse(-0.001);
    expect((await answerLogin(token, firstCode(person))).status).toBe(200);
  });

  it("does not die of another log-in, a log-out, a wrong code or a pending enrolment", async () => {
    const person = await protect(await register("ada@example.com"));
    const token = await challengeOf(person);
    await enrolOwn(person.tokens);
    await answerLogin(token, wrongCodeOf(person.phone));
    await logInWithCode(person);
    expect((await answerLogin(token, codeOf(person.phone))).status).toBe(200);
  });
});

/** What spares a code ends with what ends a log-in. */
it("a trusted device of before is not trusted when devices are allowed anew", async () => {
  await setAccounts({ trustedDevices: true });
  const person = await protect(await register("ada@example.com"));
  const { deviceToken } = await trust(person);
  await setAccounts({ failuresBeforeLock: 4 });
  expect(await expectJson(logIn(person, { deviceToken }), 200)).toHaveProperty("accessToken");
  for (const trustedDevices of [false, true]) await setAccounts({ trustedDevices });
  expect(await (await logIn(person, { deviceToken })).text()).not.toContain("accessToken");
});

describe("a trusted device is forgotten after", () => {
  const apart = /deletion|reset|removal|disabled$|settings/;
  const events = EVENTS.filter(([name]) => !apart.test(name));

  it.each(events)("%s: the code is asked for again", async (_name, event) => {
    await setAccounts({ trustedDevices: true });
    const person = await protect(await register("ada@example.com"));
    const { deviceToken, ...tokens } = await trust(person);
    expect(await expectJson(logIn(person, { deviceToken }), 200)).toHaveProperty("accessToken");
    await event({ ...person, tokens });
    for (const password of [PASSWORD, NEW_PASSWORD]) {
      const answered = await logIn({ ...person, password }, { deviceToken });
      expect(await answered.text()).not.toContain("accessToken");
    }
  });
});
