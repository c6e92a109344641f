/** Every surface that takes a code of one person, each made ready so that only the code is missing. */

import { answerLogin, as, challengeOf, logIn, type Protected, type Tokens } from "../account";
import { basic, cookiesOf, exchange, seen } from "../compat/support";
import { ORIGIN, type TestApp } from "../service";
import { challengeLink, enrolmentLink, pathOf } from "../links";
import { visitor, type Visitor } from "../visitor";
import { answer, challengeFor, isAccepted } from "./support";

const PAGE = { origin: ORIGIN };

/** Gives the code, and says whether it was accepted. */
export type Surface = (code: string) => Promise<boolean>;

/** A browser that has given the password, and is asked for the code. */
export async function halfLoggedIn({ email, password }: Protected): Promise<Visitor> {
  const browser = visitor();
  await browser.submit({ login: email, password }, "/account/login");
  return browser;
}

export const isLoggedIn = ({ cookies }: Visitor) => cookies.has("__Host-stepgate");

/** With a backup code, so that those of the phone are left. */
export async function loggedIn(person: Protected): Promise<Visitor> {
  const browser = await halfLoggedIn(person);
  await browser.submit({ code: person.backupCodes.pop() ?? "" }, "/account/code");
  if (!isLoggedIn(browser)) throw new Error("not logged in");
  return browser;
}

/** `app` is that of the accounts, over the server API. */
export const SURFACES: Record<string, (person: Protected, app: TestApp) => Promise<Surface>> = {
  "/v1 verify": async ({ id }, app) => {
    return async (code) => isAccepted(await app.verify(id, code));
  },
  "/v1 challenge": async ({ id }, app) => {
    const { token } = await challengeFor(app, id);
    return async (code) => isAccepted(await answer(token, code));
  },
  "a challenge link": async ({ id }, app) => {
    const path = pathOf(await challengeLink(app, id));
    return async (code) => {
      const { response } = await visitor().submit({ code }, path);
      return response.headers.get("location")?.includes("result=success") ?? false;
    };
  },
  "an enrolment link": async ({ id }, app) => {
    const browser = visitor();
    await browser.submit({}, pathOf(await enrolmentLink(app, id)));
    return async (code) => (await browser.submit({ code }, "/enrol")).html.includes('id="key"');
  },
  "/auth/challenge": async (person) => {
    const token = await challengeOf(person);
    return async (code) => (await answerLogin(token, code)).ok;
  },
  "/auth/step-up": async ({ tokens }) => {
    return async (code) => (await as(tokens, "POST", "/step-up", { body: { code } })).ok;
  },
  "/account/code": async (person) => {
    const browser = await halfLoggedIn(person);
    return async (code) => {
      await browser.submit({ code }, "/account/code");
      return isLoggedIn(browser);
    };
  },
  "/account/prove": async (person) => {
    const browser = await loggedIn(person);
    return async (code) => (await browser.submit({ code }, "/account/prove")).at === "/account";
  },
  "appended-otp": async ({ email, password }) => {
    return async (code) => {
      const form = { username: email, password: password + code };
      return (await exchange("POST", "/token", { form })).ok;
    };
  },
  "django-react": async ({ id, email, password }) => {
    const body = { email, password };
    const login = await exchange("POST", "/api/auth/login", { body, headers: PAGE });
    const headers = { ...PAGE, cookie: cookiesOf(login) };
    return async (token) => {
      const given = { body: { user_id: id, token }, headers };
      return (await exchange("POST", "/api/auth/otp/validate", given)).ok;
    };
  },
  "basic-with-otp": async ({ email, password }) => {
    return async (code) => {
      const given = { headers: basic(email, password) };
      const asked = exchange("POST", `/auth/credentials?otp=${code}`, given);
      return (await seen<{ status: number }>(asked))[1].status === 0;
    };
  },
  "django-totp": async (person) => {
    const token = await challengeOf(person);
    return async (code) => {
      const body = { totp_challenge_token: token, otp_code: code };
      return (await exchange("POST", "/api/jwt/totp/verify/", { body })).ok;
    };
  },
};

/** All surfaces, by name. */
export async function allSurfaces(
  person: Protected,
  app: TestApp,
): Promise<{ name: string; give: Surface }[]> {
  const made = [];
  for (const [name, prepare] of Object.entries(SURFACES)) {
    made.push({ name, give: await prepare(person, app) });
  }
  return made;
}

/** Whether the log-in ends without a code although there is a second factor. */
export async function isSpared(person: Protected, deviceToken: string): Promise<boolean> {
  const response = await logIn(person, { deviceToken });
  const { status, user } = await response.json<{
    status?: string;
    user?: Tokens & { twoFactor: boolean };
  }>();
  return status === "authenticated" && user?.twoFactor === true;
}
