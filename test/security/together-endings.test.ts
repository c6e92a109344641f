import { beforeEach, describe, expect, it } from "vitest";
import {
  answerLogin,
  as,
  challengeOf,
  expectJson,
  logInWithCode,
  protect,
  register,
  type Protected,
} from "../account";
import { basic, exchange, seen } from "../compat/support";
import { signedIn } from "../console";
import {
  admin,
  bearer,
  codeOf,
  createKey,
  elapse,
  enrol,
  phoneWith,
  useKey,
  type TestApp,
} from "../service";
import { challengeLink, enrolmentLink, pathOf, redeem, redemptionCode, settings } from "../links";
import { keyOf, visitor } from "../visitor";
import { accountsApp, refresh, setAccounts, trust } from "./account-support";
import { answer, challengeFor, firstCode, isAccepted } from "./support";
import { halfLoggedIn, isLoggedIn, isSpared, loggedIn } from "./together-support";

let app: TestApp;
let person: Protected;

beforeEach(async () => {
  await setAccounts({ ...settings, trustedDevices: true });
  app = await accountsApp();
  person = await protect(await register("ada@example.com", { username: "ada" }));
});

/** Whether what was minted is good still. */
type Good = () => Promise<boolean>;

/** The code of a step that nothing was spent in. */
function freshCode(): string {
  elapse(30);
  return codeOf(person.phone);
}

/** Everything that a person, or whoever stole it, can hold of every surface. */
async function mintAll(): Promise<Record<string, Good>> {
  const { deviceToken } = await trust(person);
  const tokens = await logInWithCode(person);
  const others = await logInWithCode(person);
  const browser = await loggedIn(person);
  const otp = codeOf(person.phone);
  const asked = { headers: basic(person.email, person.password) };
  const given = exchange("POST", `/auth/credentials?otp=${otp}`, asked);
  const [, { token: secret }] = await seen<{ token: string }>(given);
  const link = await challengeLink(app, person.id);
  const result = await redemptionCode(await challengeLink(app, person.id), firstCode(person));
  const following = visitor();
  await following.submit({}, pathOf(await enrolmentLink(app, person.id)));
  const { html } = await following.submit({ code: firstCode(person, 1) }, "/enrol");
  const linked = phoneWith(keyOf({ html }));
  const [login, half] = [await challengeOf(person), await halfLoggedIn(person)];
  const { token } = await challengeFor(app, person.id);
  return {
    "an access token": async () => (await as(tokens, "GET", "/me")).ok,
    "a refresh token": async () => (await refresh(others)).ok,
    "a session of the pages": async () => (await browser.get("/account")).at === "/account",
    "a token of basic-with-otp": async () =>
      (await exchange("GET", "/whoami", { headers: bearer(secret) })).ok,
    "a token of django-totp": async () =>
      (await exchange("POST", "/api/jwt/verify/", { body: { token: tokens.accessToken } })).ok,
    "a trusted device": () => isSpared(person, deviceToken),
    "a challenge's result": async () => (await redeem(app, result)).ok,
    "a log-in that waits": async () => (await answerLogin(login, freshCode())).ok,
    "a log-in on the pages that waits": async () => {
      await half.submit({ code: freshCode() }, "/account/code");
      return isLoggedIn(half);
    },
    "a challenge": async () => isAccepted(await answer(token, freshCode())),
    "a challenge link": async () => {
      const { response } = await visitor().submit({ code: freshCode() }, pathOf(link));
      return response.status === 303;
    },
    "a proven enrolment link": async () =>
      (await following.submit({ code: codeOf(linked) }, "/enrol")).status === 200,
  };
}

async function stillGood(minted: Record<string, Good>): Promise<string[]> {
  const names = [];
  for (const [name, isGood] of Object.entries(minted)) if (await isGood()) names.push(name);
  return names;
}

const inConsole = async (action: string) =>
  (await signedIn()).post(`/console/users/${person.id}/${action}`, { reason: "Asked to" });

const EVENTS: Record<string, () => Promise<unknown>> = {
  "a reset in the console": () => inConsole("reset"),
  "disabling and enabling in the console": async () => {
    await inConsole("disable");
    await inConsole("enable");
  },
  "a second authenticator, confirmed by a back end": async () => {
    const { id, secret } = await enrol(app, person.id);
    const body = { code: codeOf(phoneWith(secret)) };
    const path = `/users/${person.id}/authenticators/${id}/confirm`;
    await expectJson(app.v1("POST", path, { body }), 200);
  },
  "new backup codes for a back end": () =>
    expectJson(app.v1("POST", `/users/${person.id}/backup-codes`), 200),
  "an import by the operator": () => {
    const body = { secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" };
    return expectJson(admin("POST", `/users/${person.id}/authenticators`, { body }), 201);
  },
  "a password set by the operator": () =>
    expectJson(admin("PATCH", `/users/${person.id}`, { body: { password: person.password } }), 200),
  "deletion with a key that may do nothing else": async () => {
    const key = await createKey("accounts", { scopes: ["users"] });
    await useKey("accounts", key).v1("DELETE", `/users/${person.id}`);
  },
};

describe("SECURITY: what was minted on twelve surfaces", () => {
  it("is good as long as nothing happens", async () => {
    const minted = await mintAll();
    expect(await stillGood(minted)).toEqual(Object.keys(minted));
  });

  it.each(Object.keys(EVENTS))("is dead on every one of them after %s", async (name) => {
    const minted = await mintAll();
    await EVENTS[name]?.();
    expect(await stillGood(minted)).toEqual([]);
  });
});
