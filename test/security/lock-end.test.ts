import { beforeEach, describe, expect, it } from "vitest";
import { everywhere } from "../databases";
import { answerLogin, as, challengeOf, protect, register, type Protected } from "../account";
import { basic, cookiesOf, exchange } from "../compat/support";
import { codeOf, createApp, enrolled, ORIGIN, wrongCodeOf, type TestApp } from "../service";
import { challengeLink, enrolmentLink, pathOf, settings } from "../links";
import { visitor } from "../visitor";
import { accountsApp, setAccounts } from "./account-support";
import { answer, challengeFor, storedUser } from "./support";
import { halfLoggedIn, loggedIn } from "./together-support";
import { words } from "../words";

/** Makes everything ready for the code, and answers what gives it. */
type Prepare = (
  person: Protected,
  app: TestApp,
) => Promise<(code: string) => Promise<Response>> | ((code: string) => Promise<Response>);

const APIS: Record<string, Prepare> = {
  "/v1 verify":
    ({ id }, app) =>
    (code) =>
      app.verify(id, code),
  "/v1 resync":
    ({ id, phone }, app) =>
    (code) =>
      app.v1("POST", `/users/${id}/resync`, { body: { codes: [code, codeOf(phone)] } }),
  "/v1 challenge": async ({ id }, app) => {
    const { token } = await challengeFor(app, id);
    return (code) => answer(token, code);
  },
  "/auth/challenge": async (person) => {
    const token = await challengeOf(person);
    return (code) => answerLogin(token, code);
  },
  "/auth/step-up":
    ({ tokens }) =>
    (code) =>
      as(tokens, "POST", "/step-up", { body: { code } }),
  "/auth/resync":
    ({ tokens, phone }) =>
    (code) =>
      as(tokens, "POST", "/resync", { body: { codes: [code, codeOf(phone)] } }),
};

const PAGES: Record<string, Prepare> = {
  "a challenge link": async ({ id }, app) => {
    const path = pathOf(await challengeLink(app, id));
    return async (code) => (await visitor().submit({ code }, path)).response;
  },
  "an enrolment link": async ({ id }, app) => {
    const browser = visitor();
    await browser.submit({}, pathOf(await enrolmentLink(app, id)));
    return async (code) => (await browser.submit({ code }, "/enrol")).response;
  },
  "/account/code": async (person) => {
    const browser = await halfLoggedIn(person);
    return async (code) => (await browser.submit({ code }, "/account/code")).response;
  },
  "/account/prove": async (person) => {
    const browser = await loggedIn(person);
    return async (code) => (await browser.submit({ code }, "/account/prove")).response;
  },
  "/account/resync": async (person) => {
    const browser = await loggedIn(person);
    const nextCode = codeOf(person.phone);
    return async (code) => (await browser.submit({ code, nextCode }, "/account/resync")).response;
  },
};

/** Those whose contract has no place for the time say it in the header alone. */
const ADAPTERS: Record<string, Prepare> = {
  "django-react": async ({ id, email, password }) => {
    const page = { origin: ORIGIN };
    const login = { body: { email, password }, headers: page };
    const headers = {
      ...page,
      cookie: cookiesOf(await exchange("POST", "/api/auth/login", login)),
    };
    return (token) =>
      exchange("POST", "/api/auth/otp/validate", { body: { user_id: id, token }, headers });
  },
  "basic-with-otp":
    ({ email, password }) =>
    (code) =>
      exchange("POST", `/auth/credentials?otp=${code}`, { headers: basic(email, password) }),
  "django-totp": async (person) => {
    const token = await challengeOf(person);
    return (code) => {
      const body = { totp_challenge_token: token, otp_code: code };
      return exchange("POST", "/api/jwt/totp/verify/", { body });
    };
  },
};

let app: TestApp;
let person: Protected;

beforeEach(async () => {
  await setAccounts(settings);
  app = await accountsApp();
  person = await protect(await register("ada@example.com", { username: "ada" }));
});

/** The answers to the fourth and the fifth wrong code. */
async function lastTwo(prepare: Prepare): Promise<[Response, Response]> {
  const give = await prepare(person, app);
  const wrong = wrongCodeOf(person.phone);
  for (let at = 0; at < 3; at++) await app.verify(person.id, wrong);
  return [await give(wrong), await give(wrong)];
}

describe("the wrong code that locks", () => {
  it.each(Object.entries(APIS))("says so, and until when: %s", async (_name, prepare) => {
    const [fourth, fifth] = await lastTwo(prepare);
    const lockedUntil = new Date(Date.now() + 30_000).toISOString();
    expect(fourth.headers.get("retry-after")).toBeNull();
    expect(await fourth.json()).not.toHaveProperty("lockedUntil");
    expect(fifth.headers.get("retry-after")).toBe("30");
    expect(await fifth.json()).toMatchObject({ lockedUntil });
    const sixth = await app.verify(person.id, codeOf(person.phone));
    expect([sixth.status, sixth.headers.get("retry-after")]).toEqual([429, "30"]);
    expect(await sixth.json()).toMatchObject({ code: "locked", lockedUntil });
  });

  it.each(Object.entries(PAGES))("says in words how long: %s", async (_name, prepare) => {
    const [fourth, fifth] = await lastTwo(prepare);
    expect(await fourth.text()).not.toContain("Too many wrong codes");
    expect(fifth.headers.get("retry-after")).toBe("30");
    expect(await fifth.text()).toContain(words.lockedFor({ time: "0:30" }));
  });

  it.each(Object.entries(ADAPTERS))("says it in the header: %s", async (_name, prepare) => {
    const [fourth, fifth] = await lastTwo(prepare);
    expect(fourth.headers.get("retry-after")).toBeNull();
    expect([fifth.status, fifth.headers.get("retry-after")]).toEqual([fourth.status, "30"]);
    expect(await fifth.text()).toBe(await fourth.text());
  });

  it("says nothing at appended-otp, whose one answer must not tell that the password was right", async () => {
    const token = (password: string) =>
      exchange("POST", "/token", { form: { username: person.email, password } });
    const wrong = wrongCodeOf(person.phone);
    for (let at = 0; at < 5; at++) {
      const response = await token(person.password + wrong);
      expect([response.status, response.headers.get("retry-after")]).toEqual([401, null]);
    }
    expect((await storedUser(person.id)).locked_until).not.toBeNull();
  });

  it("locks a secret of authenticator-api too, and says it in the header", async () => {
    const headersOf = async () =>
      (await exchange("GET", "/Validate.aspx?Pin=000000&SecretCode=lock")).headers;
    const waits = [];
    for (let at = 0; at < 12; at++) waits.push((await headersOf()).get("retry-after"));
    expect(waits.filter(Boolean)).toEqual(["30"]);
  });
});

describe("the wrong code that caps", () => {
  it("says that it has no end", async () => {
    const low = await createApp({ settings: { strikeCap: 10, failuresBeforeLock: 10 } });
    const { phone } = await enrolled(low, "bob");
    for (let at = 0; at < 9; at++) await low.verify("bob", wrongCodeOf(phone));
    const capping = await low.verify("bob", wrongCodeOf(phone));
    expect(capping.headers.get("retry-after")).toBeNull();
    expect(await capping.json()).toEqual({ valid: false, attemptsRemaining: 0, capped: true });
    const { code, capped, lockedUntil } = await (
      await low.verify("bob", codeOf(phone))
    ).json<Record<string, unknown>>();
    expect({ code, capped, lockedUntil }).toEqual({ code: "locked", capped: true });
  });

  it("says so before the failures are used up, to a challenge and on a page", async () => {
    await setAccounts({ strikeCap: 10, failuresBeforeLock: 5 });
    const { token } = await challengeFor(app, person.id);
    const browser = await halfLoggedIn(person);
    const strikes = (n: number) =>
      `UPDATE users SET strikes = ${n}, strikes_at = ${Date.now()}, capped_at = NULL, failures = 0`;
    await everywhere.prepare(strikes(9.5)).run();
    expect(await (await answer(token, wrongCodeOf(person.phone))).json()).toMatchObject({
      code: "invalid_code",
      capped: true,
    });
    await everywhere.prepare(strikes(9.5)).run();
    const { html } = await browser.submit({ code: wrongCodeOf(person.phone) }, "/account/code");
    expect(html).toContain(words.problems.locked);
  });
});
